import type { Interval } from "../../ir/plan.ts";
import type { Keys } from "../../ir/words.ts";
import { hullOf, most } from "./interval.ts";
import type { Way } from "./spend.ts";

/** A step from one state: to another, to an end with these keys, or to where no entry leads, which fails. */
export interface Edge {
  readonly to: { readonly kind: "state"; readonly name: string } | { readonly kind: "end" } | { readonly kind: "lost" };
  readonly keys: Keys;
  readonly turns: Interval;
}

export interface Stage {
  readonly edges: readonly Edge[];
  readonly failed: Interval | null;
}

/** What all walks of so many steps take together: those that end, those that fail, and those that are still on the way. */
export interface Walked {
  readonly ends: readonly Way[];
  readonly failed: Interval | null;
  readonly left: Interval | null;
}

/** Walks from `initial`, all walks at once, step by step. */
export function walk(stages: ReadonlyMap<string, Stage>, initial: string, steps: number): Walked {
  const places = new Map([...stages.keys()].map((name, place) => [name, place]));
  const placeOf = (name: string) => places.get(name) ?? 0;
  const edges = [...stages].flatMap(([name, stage]) => stage.edges.map((edge) => ({ ...edge, from: placeOf(name) })));
  const ending = edges.filter(({ to }) => to.kind === "end");
  const moves = {
    onward: edges.flatMap(({ from, to, turns }) => (to.kind === "state" ? [{ from, to: placeOf(to.name), turns }] : [])),
    ending: ending.map(({ from, turns }, to) => ({ from, to, turns })),
    failing: [...stages].flatMap(([name, { failed }]) => (failed ? [{ from: placeOf(name), to: 0, turns: failed }] : [])),
    lost: edges.flatMap(({ from, to, turns }) => (to.kind === "lost" ? [{ from, to: 0, turns }] : [])),
  };
  const [ends, failed] = [rowOf(ending.length), rowOf(1)];
  let [at, next] = [rowOf(places.size), rowOf(places.size)];
  if (places.has(initial)) grow(at, placeOf(initial), 0, 0);
  for (let step = 1, isOnWay = true; step <= steps && isOnWay; step += 1) {
    go(moves.failing, at, failed);
    go(moves.lost, at, failed);
    go(moves.ending, at, ends);
    isOnWay = go(moves.onward, at, next);
    [at, next] = [next, clear(at)];
  }
  const ways = ending.flatMap(({ keys }, place) => intervalAt(ends, place).map((turns) => ({ keys, caught: false, turns })));
  return {
    ends: ways,
    failed: hullOf(intervalAt(failed, 0)),
    left: hullOf(Array.from(at.min, (_, place) => intervalAt(at, place)).flat()),
  };
}

/** Intervals by place: of a machine of thousands of states millions are looked at, too many for an object each. */
interface Row {
  readonly min: Float64Array;
  readonly max: Float64Array;
}

/** What getting from a place in one row to a place in another takes. */
interface Move {
  readonly from: number;
  readonly to: number;
  readonly turns: Interval;
}

function rowOf(length: number): Row {
  return clear({ min: new Float64Array(length), max: new Float64Array(length) });
}

function clear(row: Row): Row {
  row.min.fill(Number.POSITIVE_INFINITY);
  row.max.fill(Number.NEGATIVE_INFINITY);
  return row;
}

/** Makes all moves from where something is; whether there is any. */
function go(moves: readonly Move[], at: Row, into: Row): boolean {
  let isAny = false;
  for (const { from, to, turns } of moves) {
    const min = at.min[from] ?? Number.POSITIVE_INFINITY;
    if (min === Number.POSITIVE_INFINITY) continue;
    grow(into, to, min + turns.min, (at.max[from] ?? 0) + turns.max);
    isAny = true;
  }
  return isAny;
}

/** Takes an interval in at a place. */
function grow({ min, max }: Row, place: number, low: number, high: number): void {
  min[place] = Math.min(min[place] ?? low, low, most);
  max[place] = Math.max(max[place] ?? high, Math.min(high, most));
}

/** The interval at a place; none where nothing came to it. */
function intervalAt({ min, max }: Row, place: number): readonly Interval[] {
  const [low, high] = [min[place] ?? Number.POSITIVE_INFINITY, max[place] ?? 0];
  return low === Number.POSITIVE_INFINITY ? [] : [{ min: low, max: high }];
}
