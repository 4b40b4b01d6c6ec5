import type { Expr } from "../../ir/expr.ts";
import type { Body, Op, Result } from "../../ir/ops.ts";
import type { Interval } from "../../ir/plan.ts";
import { allWords, keysAmong, noKeys } from "../../ir/words.ts";
import { failing } from "./failing.ts";
import { nothing, plus, most as unbounded } from "./interval.ts";
import { keyOf, keysIn, type Scope } from "./scope.ts";
import { merged, type Spend, type Way, wellIn } from "./spend.ts";

const never: Spend = { ways: [], failed: null };

/** What a body takes: its ops together, ending as its result says. */
export function bodySpend(body: Body, scope: Scope): Spend {
  for (const op of body.ops) {
    scope.ops.set(op.id, op);
    scope.spends.set(op.id, scope.spendOf(op, scope));
  }
  const spends = body.ops.map((op) => scope.spends.get(op.id) ?? never);
  const well = spends.map(wellIn);
  const isEnding = well.every((each) => each !== null);
  const ways = isEnding
    ? endings(
        body,
        well.flatMap((each) => each ?? []),
        scope,
      )
    : [];
  return { ways: merged(ways), failed: failing(body, spends) };
}

/** The keys of a result, the op that they come from, and whether a caught failure goes on as one. */
function endings(body: Body, well: readonly Interval[], scope: Scope): readonly Way[] {
  const all = withSomeWell(well.reduce(plus, nothing), body, scope);
  if (!all) return [];
  const source = sourceOf(body.result);
  if (source === null)
    return [{ keys: body.result.kind === "outcome" ? keysIn(body.result.key, scope) : noKeys, caught: false, turns: all }];
  const position = body.ops.findIndex(({ id }) => id === source);
  const others = well.filter((_, index) => index !== position).reduce(plus, nothing);
  const known = scope.keys.get(source) ?? allWords;
  const ways = scope.spends.get(source)?.ways ?? [];
  return ways.map(({ keys, caught, turns }) => ({
    keys: keysAmong(keys, known),
    caught: caught && body.result.kind === "pass",
    turns: position === -1 ? all : plus(others, turns),
  }));
}

/** What ops take together, less the ends in which all failed of those that may not all fail; null where there is no other. */
function withSomeWell(all: Interval, { ops }: Body, { spends }: Scope): Interval | null {
  const margins = fanOutsIn(ops).map((ids) => marginOf(ids.flatMap((id) => spends.get(id) ?? [])));
  if (margins.includes(null)) return null;
  const most = (of: (margin: Margin) => number) => Math.max(0, ...margins.flatMap((margin) => (margin ? of(margin) : [])));
  return { min: all.min + most(({ above }) => above), max: all.max < unbounded ? all.max - most(({ below }) => below) : all.max };
}

/** The calls of which a requirement says that not all of them failed. */
function fanOutsIn(ops: readonly Op[]): readonly (readonly string[])[] {
  return ops.flatMap((op) => (op.kind === "pure" ? op.require.flatMap(({ holds }) => notAllFailed(holds)) : []));
}

function notAllFailed(holds: Expr): readonly (readonly string[])[] {
  if (holds.kind !== "binary" || holds.operator !== "in" || holds.right.kind !== "list") return [];
  if (holds.left.kind !== "literal" || holds.left.value !== false) return [];
  const ids = holds.right.items.flatMap((item) => (item.kind === "outcome" && item.field === "failed" ? [item.op] : []));
  return ids.length === holds.right.items.length ? [ids] : [];
}

/** How much more the cheapest end is, and how much less the dearest, for one of them ending well. */
interface Margin {
  readonly above: number;
  readonly below: number;
}

function marginOf(spends: readonly Spend[]): Margin | null {
  const margins = spends.flatMap((spend): readonly Margin[] => {
    const [either, well] = [wellIn(spend), wellIn({ ...spend, ways: spend.ways.filter(({ caught }) => !caught) })];
    return either && well ? [{ above: well.min - either.min, below: either.max - well.max }] : [];
  });
  if (margins.length === 0) return null;
  return { above: Math.min(...margins.map(({ above }) => above)), below: Math.min(...margins.map(({ below }) => below)) };
}

/** The op whose key a result has. */
function sourceOf(result: Result): string | null {
  return result.kind === "pass" ? result.op : keyOf(result.key);
}
