import { show, type Type, union } from "../../ir/types.ts";

/** What is known of a value: its type, and the ops that it comes from; `input` is the block's own. */
export interface Flow {
  readonly type: Type;
  readonly from: ReadonlySet<string>;
}

/** One way in which an op can end. */
export interface Variant {
  readonly key: Type;
  readonly value: Flow;
  readonly failed: boolean;
}

/** Every way in which an op can end; none where nothing comes of it. */
export type Outcome = readonly Variant[];

/** How many sources of a value are told: one that is made of what a thousand agents answer would bear them all wherever it goes. */
const maxSources = 16;
const nowhere: ReadonlySet<string> = new Set();

/** A value of which only the type is known. */
export function flow(type: Type, from: ReadonlySet<string> = nowhere): Flow {
  return { type, from };
}

/** A value that is one of several. */
export function joined(flows: readonly Flow[]): Flow {
  const [first] = flows;
  if (flows.length === 1 && first) return first;
  return { type: union(flows.map(({ type }) => type)), from: sourcesOf(flows) };
}

/** Where any of several values come from: the first few places. */
export function sourcesOf(flows: readonly Flow[]): ReadonlySet<string> {
  const sources = new Set<string>();
  for (const { from } of flows) {
    for (const source of from) {
      if (sources.size === maxSources) return sources;
      sources.add(source);
    }
  }
  return sources;
}

/** What an op ends with, however it ends. */
export function endValue(outcome: Outcome): Flow {
  return joined(outcome.map(({ value }) => value));
}

/** The keys that an op ends with. */
export function endKey(outcome: Outcome): Type {
  return union(outcome.map(({ key }) => key));
}

/** The variants, those that differ in nothing but their key as one. */
export function merged(variants: Outcome): Outcome {
  if (variants.length < 2) return variants;
  const groups = new Map<string, Variant>();
  for (const variant of variants) {
    const id = `${variant.failed} ${idOf(variant.value)}`;
    const known = groups.get(id);
    groups.set(id, known ? { ...known, key: union([known.key, variant.key]) } : variant);
  }
  return [...groups.values()];
}

/** The same for two values of which the same is known. */
export function idOf({ type, from }: Flow): string {
  return `${show(type)} ${[...from].sort().join(" ")}`;
}
