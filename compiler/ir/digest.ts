import { createHash, hash } from "node:crypto";
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

/** The digests of texts that begin alike: `start` is hashed once. */
export function digestsFrom(start: string, ends: readonly string[]): readonly Digest[] {
  const begun = createHash("sha256").update(start);
  return ends.map((end) => `sha256:${begun.copy().update(end).digest("hex")}`);
}

/** The first `length` hex digits of a digest: for ids and for people. */
export function shortDigest(full: Digest, length = 16): string {
  return full.slice("sha256:".length, "sha256:".length + length);
}
