import { machineOf } from "../../ir/machine.ts";
import type { Repeat } from "../../ir/ops.ts";
import type { Interval } from "../../ir/plan.ts";
import { opsOf } from "../../ir/walk.ts";
import { ownKeys, someWords } from "../../ir/words.ts";
import { bodySpend } from "./body.ts";
import { hullOf, nothing, plus, scaled } from "./interval.ts";
import { machineSpend } from "./machine.ts";
import { choosesByIndex, constantOf, numberOf, type Scope } from "./scope.ts";
import { merged, type Spend, wellIn } from "./spend.ts";

/** What a repetition takes: of a state machine its walks, of any other as many rounds as it can have. */
export function repeatSpend(op: Repeat, scope: Scope): Spend {
  const machine = op.times === null ? machineOf(op) : null;
  if (machine?.states.some(({ name }) => name === machine.initial)) return machineSpend(op, machine, scope);
  const wanted = op.times ? numberOf(op.times, scope) : { min: op.max, max: op.max };
  if (wanted.min > op.max) return { ways: [], failed: nothing };
  const times = { min: Math.max(wanted.min, 0), max: Math.max(Math.min(wanted.max, op.max), 0) };
  const none = { keys: ownKeys(someWords(["done"])), caught: false, turns: nothing };
  if (times.max === 0) return { ways: [none], failed: null };
  const { ways, failed } = rounds(op, times, scope);
  return { ways: merged(times.min === 0 ? [...ways, none] : ways), failed };
}

/** The first round, any one between, and the last, looked at by themselves where the body tells them apart. */
interface Rounds {
  readonly first: Spend;
  readonly some: Spend;
  readonly last: Spend;
}

/** At least one round, and at most as many as there can be. */
function rounds(op: Repeat, times: Interval, scope: Scope): Spend {
  const all = roundsOf(op, times, scope);
  const mayEnd = constantOf(op.until, scope) === undefined;
  const fewest = row(all, Math.max(times.min, 1));
  const most = row(all, times.max);
  const least = mayEnd ? wellIn(times.max === 1 ? all.last : all.first) : fewest;
  const turns = least && { min: least.min, max: (most ?? least).max };
  const isEnding = mayEnd || op.onExhausted === "last";
  const ways = turns && isEnding ? [all.first, all.some, all.last].flatMap((each) => each.ways.map((way) => ({ ...way, turns }))) : [];
  return { ways, failed: hullOf([failing(all, times.max), op.onExhausted === "fail" ? most : null]) };
}

function roundsOf(op: Repeat, times: Interval, scope: Scope): Rounds {
  const at = (index: number | null) => roundSpend(op, index, scope);
  const some = at(null);
  if (!choosesByIndex(opsOf(op.body), op.id)) return { first: some, some, last: some };
  return { first: at(1), some, last: times.min === times.max ? at(times.max) : some };
}

function roundSpend(op: Repeat, index: number | null, scope: Scope): Spend {
  if (index !== null) scope.indices.set(op.id, index);
  const spend = bodySpend(op.body, scope);
  scope.indices.delete(op.id);
  return spend;
}

/** So many rounds in a row that all end well; null where one cannot. */
function row({ first, some, last }: Rounds, count: number): Interval | null {
  const before = earlier({ first, some }, count);
  const end = wellIn(last);
  return before && end && plus(before, end);
}

/** The rounds before the last of so many. */
function earlier({ first, some }: Omit<Rounds, "last">, count: number): Interval | null {
  if (count === 1) return nothing;
  const [one, each] = [wellIn(first), wellIn(some)];
  return one && (count === 2 ? one : each && plus(one, scaled(each, { min: count - 2, max: count - 2 })));
}

/** A round fails after those before it ended well: the first, one between, or the last. */
function failing({ first, some, last }: Rounds, count: number): Interval | null {
  const after = (before: Interval | null, { failed }: Spend) => before && failed && plus(before, failed);
  if (count === 1) return last.failed;
  const early = after(wellIn(first), count === 2 ? last : some);
  const between = count > 2 ? after(earlier({ first, some }, count - 1), some) : null;
  return hullOf([first.failed, early, between, after(earlier({ first, some }, count), last)]);
}
