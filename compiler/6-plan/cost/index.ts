import { bottomUp } from "../../graph.ts";
import type { Block, Cost, Interval, PlanWorker } from "../../ir/plan.ts";
import { allWords, isNone, wordsOf } from "../../ir/words.ts";
import { callsOf } from "../calls.ts";
import { bodySpend } from "./body.ts";
import { hullOf, nothing, plus, scaled } from "./interval.ts";
import { spendOf } from "./ops.ts";
import type { Scope } from "./scope.ts";
import type { Spend } from "./spend.ts";

/** The model turns of a run that begins with a block: of one that ends well (null where none does), and of any. */
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
export function spendsOf(blocks: Blocks, workers: Workers): ReadonlyMap<string, Spend> {
  const spends = new Map<string, Spend>();
  for (const name of bottomUp(callsOf(blocks))) {
    const block = blocks[name];
    const scope: Scope = { blocks: spends, spendOf, workers, ops: new Map(), spends: new Map(), keys: new Map(), indices: new Map() };
    if (block) spends.set(name, bodySpend(block.body, scope));
  }
  return spends;
}

/** What a plan says of its cost: of the entries together, and of each block. Neither tokens nor prices are known to a compiler. */
export function costOf(turns: ReadonlyMap<string, Turns>, entries: readonly string[]): Cost {
  const agents = Object.fromEntries([...turns].map(([name, { well, any }]) => [name, { min: well?.min ?? any.min, max: any.max }]));
  const all = hullOf(entries.map((name) => agents[name] ?? null)) ?? nothing;
  return { kind: "bounded", turns: all, agents, tokens: null, usd: null };
}

/** A run's caller allows any word. Attempts that fail come before the one that counts. */
function ofRun({ ways, failed }: Spend, attempts: number): Turns {
  const before = failed ? { min: 0, max: scaled(failed, { min: 0, max: attempts - 1 }).max } : nothing;
  const well = hullOf(ways.flatMap(({ keys, turns }) => (isNone(wordsOf(keys, allWords)) ? [] : [plus(turns, before)])));
  return { well, any: hullOf([well, failed && scaled(failed, { min: attempts, max: attempts })]) ?? nothing };
}
