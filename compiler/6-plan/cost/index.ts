import { bottomUp } from "../../graph.ts";
import type { Block, Cost, Interval, Plan, PlanWorker } from "../../ir/plan.ts";
import { allWords, isNone, wordsOf } from "../../ir/words.ts";
import { callsOf } from "../calls.ts";
import { bodySpend } from "./body.ts";
import { hullOf, nothing, plus, scaled } from "./interval.ts";
import { spendOf } from "./ops.ts";
import type { Scope } from "./scope.ts";
import type { Spend } from "./spend.ts";
import { byMicroUsd, byTokens, byTurns, type Weigh } from "./weights.ts";

/** The model turns of a run that begins with a block, or what else is counted: of one that ends well (null where none does), and of any. */
export interface Turns {
  readonly well: Interval | null;
  readonly any: Interval;
}

type Blocks = Readonly<Record<string, Block>>;
type Workers = Readonly<Record<string, Pick<PlanWorker, "keys">>>;

/** The model turns of runs that begin with each block. */
export function turnsOf(blocks: Blocks, spends: ReadonlyMap<string, Spend>): ReadonlyMap<string, Turns> {
  return new Map([...spends].map(([name, spend]) => [name, ofRun(spend, blocks[name]?.attempts ?? 1)]));
}

/** What calls of each block take, by the way that they end. Every block is counted once, those first that others call; calls go in no circle. */
export function spendsOf(blocks: Blocks, workers: Workers, weigh: Weigh = byTurns): ReadonlyMap<string, Spend> {
  const spends = new Map<string, Spend>();
  for (const name of bottomUp(callsOf(blocks))) {
    const block = blocks[name];
    const scope: Scope = {
      blocks: spends,
      spendOf,
      weigh,
      workers,
      ops: new Map(),
      spends: new Map(),
      keys: new Map(),
      indices: new Map(),
    };
    if (block) spends.set(name, bodySpend(block.body, scope));
  }
  return spends;
}

/** What a plan says of its cost: of the entries together, and of each block. Tokens and dollars where every model tells what they are reckoned by. */
export function costOf(turns: ReadonlyMap<string, Turns>, plan: Pick<Plan, "entries" | "blocks" | "workers" | "models">): Cost {
  const { entries, blocks, workers, models } = plan;
  const all = (counted: ReadonlyMap<string, Turns>) => hullOf(entries.names.map((name) => told(counted.get(name)))) ?? nothing;
  const weighed = (weigh: Weigh | null) => weigh && all(turnsOf(blocks, spendsOf(blocks, workers, weigh)));
  const micro = weighed(byMicroUsd(models));
  return {
    kind: "bounded",
    turns: all(turns),
    agents: Object.fromEntries(Object.keys(blocks).flatMap((name) => namedBound(name, turns.get(name)))),
    tokens: weighed(byTokens(models)),
    usd: micro && { min: micro.min / 1e6, max: micro.max / 1e6 },
  };
}

function namedBound(name: string, turns: Turns | undefined): readonly (readonly [string, Interval])[] {
  return turns ? [[name, told(turns) ?? nothing]] : [];
}

function told(turns: Turns | undefined): Interval | null {
  return turns ? { max: turns.any.max, min: turns.well?.min ?? turns.any.min } : null;
}

/** A run's caller allows any word. Attempts that fail come before the one that counts. */
function ofRun({ ways, failed }: Spend, attempts: number): Turns {
  const before = failed ? { min: 0, max: scaled(failed, { min: 0, max: attempts - 1 }).max } : nothing;
  const well = hullOf(ways.flatMap(({ keys, turns }) => (isNone(wordsOf(keys, allWords)) ? [] : [plus(turns, before)])));
  return { well, any: hullOf([well, failed && scaled(failed, { min: attempts, max: attempts })]) ?? nothing };
}
