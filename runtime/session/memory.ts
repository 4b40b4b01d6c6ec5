import { isList, type Json } from "../../compiler/ir/json.ts";
import { type Artifact, type ArtifactWrite, type ArtifactWritten, applyArtifact, writeArtifact } from "./artifacts.ts";

/**
 * What the agents of a run keep together: state (`tama_mem_*`) and artifacts (`tama_artifact_*`).
 *
 * Owns the entries and their versions. Invariants:
 * M1: a view sees its own writes first, then those that it inherited, then its base's as they were when it was forked.
 * M2: a base is not written while a fork of it is open, so no view depends on timing.
 * M3: merging replays the writes of each fork in the order given: appends add up, the last set wins.
 * M4: within a view each write has a higher version than all before it, those of its base included.
 */
export interface Memory {
  /** The branch's path; null for the run's own memory. */
  readonly overlay: string | null;
  readonly base: Memory | null;
  readonly entries: Map<string, Entry>;
  readonly artifacts: Map<string, Artifact>;
  readonly writes: Write[];
  /** The version of the state: how many writes it has had. A view goes on from its base's. */
  version: number;
}

/** A key's value, undefined once it is deleted, and the version of the state that its last write made. */
export interface Entry {
  readonly value: Json | undefined;
  readonly version: number;
}

/** A write as it was asked for. */
export type Write = StateWrite | ArtifactWrite;

/** A write to the state. A delete is a set of nothing. */
export type StateWrite =
  | { readonly kind: "set"; readonly key: string; readonly value: Json }
  | { readonly kind: "append"; readonly key: string; readonly item: Json }
  | { readonly kind: "delete"; readonly key: string };

/** What a write did. `old` undefined: the key did not exist. */
export interface Written extends Entry {
  readonly key: string;
  readonly old: Json | undefined;
}

/** A key, or an artifact's name, that more than one branch wrote. */
export interface Conflict {
  readonly key: string;
  readonly overlays: readonly string[];
}

type Joined<W> = W & { readonly overlay: string };

/** What a join did to its base: each write, and what more than one branch wrote; appends never conflict. */
export interface Merged {
  readonly entries: readonly Joined<Written>[];
  readonly conflicts: readonly Conflict[];
  readonly artifacts: readonly Joined<ArtifactWritten>[];
  readonly artifactConflicts: readonly Conflict[];
}

/** An empty memory for a run. */
export function createMemory(): Memory {
  return { overlay: null, base: null, entries: new Map(), artifacts: new Map(), writes: [], version: 0 };
}

/** A view of `base` for a parallel branch, with the writes of branches that it follows already in it. */
export function fork(base: Memory, overlay: string, inherited: readonly Memory[] = []): Memory {
  const view: Memory = { overlay, base, entries: new Map(), artifacts: new Map(), writes: [], version: base.version };
  for (const branch of inherited) for (const write of branch.writes) apply(view, write);
  return view;
}

/** What a view held of its own at a moment. */
export type Mark = Pick<Memory, "entries" | "artifacts" | "version"> & { readonly writes: number };

/** Notes what a view holds. */
export function markOf({ entries, artifacts, version, writes }: Memory): Mark {
  return { entries: new Map(entries), artifacts: new Map(artifacts), version, writes: writes.length };
}

/** Brings a view back to what it held, as if nothing had been written since. No fork of it may be open. */
export function restore(memory: Memory, mark: Mark): void {
  putBack(memory.entries, mark.entries);
  putBack(memory.artifacts, mark.artifacts);
  memory.version = mark.version;
  memory.writes.length = mark.writes;
}

function putBack<V>(map: Map<string, V>, before: ReadonlyMap<string, V>): void {
  map.clear();
  for (const [key, value] of before) map.set(key, value);
}

/** The value of a key; undefined where there is none. */
export function read(memory: Memory, key: string): Json | undefined {
  return entryOf(memory, key).value;
}

/** A key's value with its version; version 0 where there is none. */
export function entryOf(memory: Memory, key: string): Entry {
  for (let view: Memory | null = memory; view; view = view.base) {
    const entry = view.entries.get(key);
    if (entry) return entry.value === undefined ? missing : entry;
  }
  return missing;
}

const missing: Entry = { value: undefined, version: 0 };

/** Writes to the state as a view sees it. */
export function write(memory: Memory, change: StateWrite): Written {
  memory.writes.push(change);
  return applyState(memory, change);
}

/** Merges branches into the memory that they were forked from, in the order given. */
export function merge(base: Memory, branches: readonly Memory[]): Merged {
  const entries: Joined<Written>[] = [];
  const artifacts: Joined<ArtifactWritten>[] = [];
  for (const { writes, overlay } of branches) {
    const at = { overlay: overlay ?? "" };
    for (const change of writes) {
      if (isArtifact(change)) artifacts.push({ ...writeArtifact(base, change), ...at });
      else entries.push({ ...write(base, change), ...at });
    }
  }
  return { entries, artifacts, conflicts: conflictsOf(branches, isSetting), artifactConflicts: conflictsOf(branches, isArtifact) };
}

/** Every key that has a value, sorted. */
export function keysOf(memory: Memory): readonly string[] {
  const seen = new Set<string>();
  for (let view: Memory | null = memory; view; view = view.base) for (const key of view.entries.keys()) seen.add(key);
  return [...seen].filter((key) => read(memory, key) !== undefined).sort();
}

function apply(memory: Memory, change: Write): void {
  if (isArtifact(change)) applyArtifact(memory, change);
  else applyState(memory, change);
}

function applyState(memory: Memory, change: StateWrite): Written {
  const old = read(memory, change.key);
  const value = valueAfter(change, old);
  memory.version += 1;
  memory.entries.set(change.key, { value, version: memory.version });
  return { key: change.key, version: memory.version, value, old };
}

function valueAfter(change: StateWrite, old: Json | undefined): Json | undefined {
  switch (change.kind) {
    case "set":
      return change.value;
    case "delete":
      return undefined;
    case "append":
      return [...asList(old), change.item];
  }
}

/** A value that is no list becomes the first item: an append never loses what was there. */
function asList(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return isList(value) ? value : [value];
}

function isArtifact(change: Write): change is ArtifactWrite {
  return change.kind === "store" || change.kind === "discard";
}

function isSetting(change: Write): boolean {
  return change.kind === "set" || change.kind === "delete";
}

function conflictsOf(branches: readonly Memory[], counts: (change: Write) => boolean): readonly Conflict[] {
  const setters = new Map<string, Set<string>>();
  for (const branch of branches) {
    for (const change of branch.writes.filter(counts)) {
      setters.set(change.key, (setters.get(change.key) ?? new Set()).add(branch.overlay ?? ""));
    }
  }
  return [...setters].filter(([, overlays]) => overlays.size > 1).map(([key, overlays]) => ({ key, overlays: [...overlays] }));
}
