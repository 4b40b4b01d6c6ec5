/** How runs end and what they cost, for the explorer: sums and hulls of turns. */

/** Model turns: of the cheapest and of the dearest run. */
export interface Turns {
  readonly min: number;
  readonly max: number;
}

/** How an agent can end: by key in lower case, `failed` for a failure. */
export type Outcomes = ReadonlyMap<string, Turns>;

/** A failure as an outcome: no word is spelled like that. */
export const failed = "!failed";

/** One after the other: any of the first that ends well goes on. */
export function then(first: Outcomes, last: Outcomes): Outcomes {
  const found = new Map<string, Turns>();
  for (const [key, cost] of first) {
    if (key === failed) note(found, failed, cost);
    else for (const [end, rest] of last) note(found, end, plus(cost, rest));
  }
  return found;
}

/** Steps one after the other, these at least and those at most, each of which may fail. */
export function inTurn(least: readonly Turns[], most: readonly Turns[]): Outcomes {
  const max = most.reduce((sum, step) => sum + step.max, 0);
  return new Map([
    ["done", { min: least.reduce((sum, step) => sum + step.min, 0), max }],
    [failed, { min: 1, max }],
  ]);
}

export const none: Turns = { min: 0, max: 0 };
export const ask: Turns = { min: 1, max: 2 };

export function plus(a: Turns, b: Turns): Turns {
  return { min: a.min + b.min, max: a.max + b.max };
}

export function times({ min, max }: Turns, count: number): Turns {
  return { min: min * count, max: max * count };
}

export function hull(all: readonly Turns[]): Turns {
  return { min: Math.min(...all.map(({ min }) => min)), max: Math.max(...all.map(({ max }) => max)) };
}

export function note(found: Map<string, Turns>, key: string, cost: Turns): void {
  const before = found.get(key);
  found.set(key, before ? hull([before, cost]) : cost);
}
