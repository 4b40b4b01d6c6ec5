import type { Body } from "../../ir/ops.ts";
import type { Interval } from "../../ir/plan.ts";
import { exprsIn, readsOf } from "../../ir/walk.ts";
import { hullOf, most as mostTurns, nothing, plus } from "./interval.ts";
import { type Spend, wellIn } from "./spend.ts";

/** Of how many ops a body may be for its order to be looked at, which takes a walk for each op that can fail. */
const maxOps = 2_000;

/**
 * What a body takes that fails: those ops that the failing one waits for ended well, directly or not (where one never does, it does
 * not start); those that wait for it do not run; any others may have run beside it, to whatever end.
 */
export function failing(body: Body, spends: readonly Spend[]): Interval | null {
  const [only] = spends;
  if (only && spends.length === 1) return only.failed;
  const needs = needsOf(body);
  const isSmall = body.ops.length <= maxOps;
  const dependents = isSmall ? turned(needs) : [];
  const ended = (index: number) => wellIn(spends[index] ?? never) ?? nothing;
  const most = spends.map((spend) => hullOf([wellIn(spend), spend.failed])?.max ?? 0);
  const all = sum(most);
  const failures = spends.flatMap(({ failed }, index): readonly Interval[] => {
    const earlier = isSmall ? from(index, needs) : new Set(needs[index]);
    if (!failed || ![...earlier].every((need) => wellIn(spends[need] ?? never))) return [];
    const before = sum((needs[index] ?? []).map((need) => ended(need).min));
    const notRun = [...from(index, dependents)].map((later) => most[later] ?? 0);
    const better = isSmall ? [...earlier].map((need) => (most[need] ?? 0) - ended(need).max) : [];
    const beside = all - (most[index] ?? 0) - sum(notRun) - sum(better);
    return [plus(failed, { min: before, max: all < mostTurns ? beside : all })];
  });
  return hullOf(failures);
}

const never: Spend = { ways: [], failed: null };

/** The ops that each op of a body waits for. */
function needsOf({ ops }: Body): readonly (readonly number[])[] {
  const position = new Map(ops.map(({ id }, index) => [id, index]));
  return ops.map((op) => {
    const needs = new Set<number | undefined>(op.after.map((id) => position.get(id)));
    for (const expr of readsOf(op)) for (const each of exprsIn(expr)) if (each.kind === "outcome") needs.add(position.get(each.op));
    return [...needs].filter((need) => need !== undefined);
  });
}

/** The ops that wait for each op. */
function turned(needs: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const dependents: number[][] = needs.map(() => []);
  for (const [op, list] of needs.entries()) for (const need of list) dependents[need]?.push(op);
  return dependents;
}

/** What can be reached from an op, directly or not. */
function from(op: number, edges: readonly (readonly number[])[]): ReadonlySet<number> {
  const found = new Set(edges[op]);
  // A set's iteration goes on to what is added meanwhile.
  for (const one of found) for (const next of edges[one] ?? []) found.add(next);
  return found;
}

function sum(all: readonly number[]): number {
  return all.reduce((total, each) => total + each, 0);
}
