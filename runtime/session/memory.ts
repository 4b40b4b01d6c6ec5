import { isList, type Json } from "../../compiler/ir/json.ts";

/**
 * Shared memory of a run: what agents keep with `tama_mem_*`.
 *
 * Owns the entries and their versions. Invariants:
 * M1: a view sees its own writes first, then those that it inherited, then its base's as they were when it was forked.
 * M2: a base is not written while a fork of it is open, so no view depends on timing.
 * M3: merging replays the writes of each fork in the order given: appends add up, the last set wins.
 */
export interface Memory {
  /** The branch's path; null for the run's own memory. */
  readonly overlay: string | null;
  readonly base: Memory | null;
  readonly entries: Map<string, Json | undefined>;
  readonly writes: Write[];
  /** How many writes it has had. */
  version: number;
}

/** A write as it was asked for. A delete is a set of nothing. */
export type Write =
  | { readonly kind: "set"; readonly key: string; readonly value: Json }
  | { readonly kind: "append"; readonly key: string; readonly item: Json }
  | { readonly kind: "delete"; readonly key: string };

/** What a write did. `old` undefined: the key did not exist. */
export interface Written {
  readonly key: string;
  readonly version: number;
  readonly value: Json | undefined;
  readonly old: Json | undefined;
}

/** What a join did to its base: each write, and the keys that more than one branch set. */
export interface Merged {
  readonly entries: readonly (Written & { readonly overlay: string })[];
  readonly conflicts: readonly { readonly key: string; readonly overlays: readonly string[] }[];
}

/** An empty memory for a run. */
export function createMemory(): Memory {
  return { overlay: null, base: null, entries: new Map(), writes: [], version: 0 };
}

/** A view of `base` for a parallel branch, with the writes of branches that it follows already in it. */
export function fork(base: Memory, overlay: string, inherited: readonly Memory[] = []): Memory {
  const view: Memory = { overlay, base, entries: new Map(), writes: [], version: 0 };
  for (const branch of inherited) for (const write of branch.writes) apply(view, write);
  return view;
}

/** The value of a key; undefined where there is none. */
export function read(memory: Memory, key: string): Json | undefined {
  for (let view: Memory | null = memory; view; view = view.base) {
    if (view.entries.has(key)) return view.entries.get(key);
  }
  return undefined;
}

/** Writes to a view, which numbers its writes from 1. */
export function write(memory: Memory, change: Write): Written {
  memory.writes.push(change);
  memory.version += 1;
  return { ...apply(memory, change), version: memory.version };
}

/** Merges branches into the memory that they were forked from, in the order given. */
export function merge(base: Memory, branches: readonly Memory[]): Merged {
  const entries = branches.flatMap((branch) => branch.writes.map((change) => ({ ...write(base, change), overlay: branch.overlay ?? "" })));
  return { entries, conflicts: conflictsOf(branches) };
}

/** Every key that has a value, sorted. */
export function keysOf(memory: Memory): readonly string[] {
  const seen = new Set<string>();
  for (let view: Memory | null = memory; view; view = view.base) for (const key of view.entries.keys()) seen.add(key);
  return [...seen].filter((key) => read(memory, key) !== undefined).sort();
}

function apply(memory: Memory, change: Write): Omit<Written, "version"> {
  const old = read(memory, change.key);
  const value = valueAfter(change, old);
  memory.entries.set(change.key, value);
  return { key: change.key, value, old };
}

function valueAfter(change: Write, old: Json | undefined): Json | undefined {
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

function conflictsOf(branches: readonly Memory[]): Merged["conflicts"] {
  const setters = new Map<string, Set<string>>();
  for (const branch of branches) {
    for (const change of branch.writes.filter((each) => each.kind !== "append")) {
      setters.set(change.key, (setters.get(change.key) ?? new Set()).add(branch.overlay ?? ""));
    }
  }
  return [...setters].filter(([, overlays]) => overlays.size > 1).map(([key, overlays]) => ({ key, overlays: [...overlays] }));
}
