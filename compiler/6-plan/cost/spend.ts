import type { Interval } from "../../ir/plan.ts";
import { isNone, type Keys, type Words } from "../../ir/words.ts";
import { hull, hullOf } from "./interval.ts";

/** One way to end well: with one of these keys, after so many model turns. `caught`: with a failure that became an outcome. */
export interface Way {
  readonly keys: Keys;
  readonly caught: boolean;
  readonly turns: Interval;
}

/** The model turns that something can take: by the way that it ends, and where it fails; null where it cannot. */
export interface Spend {
  readonly ways: readonly Way[];
  readonly failed: Interval | null;
}

/** One way for each set of keys, empty sets left out. */
export function merged(ways: readonly Way[]): readonly Way[] {
  const [only] = ways;
  if (only && ways.length === 1) return isNone(only.keys.own) && isNone(only.keys.passes) ? [] : ways;
  const found = new Map<string, Way>();
  for (const way of ways) {
    if (isNone(way.keys.own) && isNone(way.keys.passes)) continue;
    const id = `${way.caught} ${idOf(way.keys.own)} ${idOf(way.keys.passes)}`;
    const before = found.get(id);
    found.set(id, before ? { ...way, turns: hull(before.turns, way.turns) } : way);
  }
  return [...found.values()];
}

/** What ending well takes, whatever the key; null where nothing ends well. */
export function wellIn({ ways }: Spend): Interval | null {
  return hullOf(ways.map(({ turns }) => turns));
}

function idOf({ kind, words }: Words): string {
  if (words.size === 0) return kind;
  return `${kind}:${JSON.stringify([...words.keys()].sort())}`;
}
