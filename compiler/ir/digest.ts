import { createHash, type Hash, hash } from "node:crypto";
import { canonical, type Json } from "./json.ts";

/** `sha256:` and 64 hex digits. */
export type Digest = string;

/** The digest of UTF-8 text or bytes. */
export function digestBytes(bytes: string | Uint8Array): Digest {
  return `sha256:${hash("sha256", bytes)}`;
}

/** The digest of a value's canonical form. */
export function digest(value: Json): Digest {
  return digestBytes(canonical(value));
}

/** The digests of texts that begin alike, each given in pieces: `start` is hashed once. */
export function digestsFrom(start: readonly string[], ends: readonly (readonly string[])[]): readonly Digest[] {
  const begun = hashed(createHash("sha256"), start);
  return ends.map((end) => `sha256:${hashed(begun.copy(), end).digest("hex")}`);
}

/** The first `length` hex digits of a digest: for ids and for people. */
export function shortDigest(full: Digest, length = 16): string {
  return full.slice("sha256:".length, "sha256:".length + length);
}

function hashed(state: Hash, pieces: readonly string[]): Hash {
  for (const piece of pieces) state.update(piece);
  return state;
}
