/** Artifacts by name: bytes that agents keep, each version of them. Here are names and versions; the bytes are in `blobs.ts`. */
import type { Digest } from "../../compiler/ir/digest.ts";
import type { Memory } from "./memory.ts";

/** A version of an artifact. The ones before it stay readable. */
export interface Artifact {
  readonly name: string;
  /** From 1, counted per name; a deletion counts too. */
  readonly version: number;
  /** Of the bytes; null: it was deleted. */
  readonly digest: Digest | null;
  /** In bytes. */
  readonly size: number;
  readonly before: Artifact | null;
}

/** A version that has bytes. */
export type Stored = Artifact & { readonly digest: Digest };

/** A write to an artifact as it was asked for. `key` is its name. */
export type ArtifactWrite =
  | { readonly kind: "store"; readonly key: string; readonly digest: Digest; readonly size: number }
  | { readonly kind: "discard"; readonly key: string };

/** What such a write did: the new version, and the one that it replaced, null where there was none. */
export interface ArtifactWritten {
  readonly artifact: Artifact;
  readonly old: Stored | null;
}

/** The largest artifact where nothing else is said: 100 MiB. */
export const defaultMaxArtifactBytes = 100 * 1024 * 1024;

/** Writes an artifact as a view sees it. */
export function writeArtifact(memory: Memory, change: ArtifactWrite): ArtifactWritten {
  memory.writes.push(change);
  return applyArtifact(memory, change);
}

/** Does what a write says, without adding to the view's own writes. */
export function applyArtifact(memory: Pick<Memory, "base" | "artifacts">, change: ArtifactWrite): ArtifactWritten {
  const before = newest(memory, change.key);
  const content = change.kind === "store" ? { digest: change.digest, size: change.size } : { digest: null, size: 0 };
  const artifact = { name: change.key, version: (before?.version ?? 0) + 1, ...content, before };
  memory.artifacts.set(change.key, artifact);
  return { artifact, old: stored(before) };
}

/** An artifact, or a version of it; null where there is none, or none any more. */
export function artifactOf(memory: Memory, name: string, version: number | null = null): Stored | null {
  let found = newest(memory, name);
  while (found && version !== null && found.version !== version) found = found.before;
  return stored(found);
}

/** Every artifact that is there, in its newest version, by name. */
export function artifactsOf(memory: Memory): readonly Stored[] {
  const names = new Set<string>();
  for (let view: Memory | null = memory; view; view = view.base) for (const name of view.artifacts.keys()) names.add(name);
  return [...names].sort().flatMap((name) => artifactOf(memory, name) ?? []);
}

/** Why a name cannot be one, or null. Names are for people: no path, no control characters. */
export function badName(name: unknown): string | null {
  if (typeof name !== "string" || name.trim() === "") return "the name of an artifact must be a text that is not empty";
  return /\p{Cc}/u.test(name) ? `the name ${JSON.stringify(name)} holds control characters` : null;
}

/** What is said of bytes that are too many, or null. */
export function tooLarge(size: number, max: number): string | null {
  return size > max ? `the artifact has ${size} bytes, more than the ${max} that are allowed` : null;
}

function newest(memory: Pick<Memory, "base" | "artifacts">, name: string): Artifact | null {
  for (let view: typeof memory | null = memory; view; view = view.base) {
    const found = view.artifacts.get(name);
    if (found) return found;
  }
  return null;
}

function stored(artifact: Artifact | null): Stored | null {
  return artifact !== null && artifact.digest !== null ? { ...artifact, digest: artifact.digest } : null;
}
