import type { Expr } from "../../ir/expr.ts";
import type { Body, Op, Requirement } from "../../ir/ops.ts";
import type { Interval } from "../../ir/plan.ts";
import { most as limit } from "./interval.ts";
import type { Scope } from "./scope.ts";
import { type Spend, wellIn } from "./spend.ts";

/** What ops take together, less the ends in which all failed of those that may not all fail; null where there is no other. */
export function withSomeWell(all: Interval, { ops }: Body, { spends }: Scope): Interval | null {
  const margins = fanOutsIn(ops).map((ids) => marginOf(ids.flatMap((id) => spends.get(id) ?? [])));
  if (margins.includes(null)) return null;
  const largest = (of: (margin: Margin) => number) => Math.max(0, ...margins.flatMap((margin) => (margin ? of(margin) : [])));
  return { min: all.min + largest(({ above }) => above), max: all.max < limit ? all.max - largest(({ below }) => below) : all.max };
}

/** Whether a requirement holds whatever happens: one of the calls that may not all fail never does. */
export function alwaysHolds({ holds }: Requirement, { spends }: Pick<Scope, "spends">): boolean {
  return notAllFailed(holds).some((ids) => ids.some((id) => spends.get(id)?.ways.every(({ caught }) => !caught)));
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
