import type { Condition, Machine, Transition } from "../../ir/machine.ts";
import type { Repeat } from "../../ir/ops.ts";
import type { Interval } from "../../ir/plan.ts";
import { exprsIn } from "../../ir/walk.ts";
import { allWords, isNone, type Keys, keysAmong, keysWithout, ownKeys, uniteAll } from "../../ir/words.ts";
import { bodySpend } from "./body.ts";
import { hull, hullOf, nothing, plus, scaled } from "./interval.ts";
import { keyOf, type Scope, wordIn } from "./scope.ts";
import { merged, type Spend, type Way, wellIn } from "./spend.ts";
import { type Edge, type Stage, walk } from "./walk.ts";

/** How many steps are walked one by one; of a machine that may take more the rest is bounded by its dearest step. */
const maxSteps = 2_000;

/** What a machine takes: over all walks within its bound, by the key that each ends with, in time linear in bound and entries. */
export function machineSpend(op: Repeat, machine: Machine, scope: Scope): Spend {
  const stages = stagesOf(op, machine, scope);
  const steps = Math.min(op.max, maxSteps);
  const { left, ends, failed } = walk(stages, machine.initial, steps);
  return exhausted(op, { ways: merged(ends), failed }, { left, steps: op.max - steps, stages });
}

/** What is left on the way when the steps are used up fails, or ends as it is. */
function exhausted(
  op: Repeat,
  { ways, failed }: Spend,
  rest: { readonly left: Interval | null; readonly steps: number; readonly stages: ReadonlyMap<string, Stage> },
): Spend {
  if (!rest.left) return { ways, failed };
  const dearest = hullOf([...rest.stages.values()].flatMap((stage) => [stage.failed, ...stage.edges.map(({ turns }) => turns)])) ?? nothing;
  const left = plus(rest.left, { min: 0, max: scaled(dearest, { min: 0, max: rest.steps }).max });
  const longer = rest.steps === 0 ? ways : ways.map((way) => ({ ...way, turns: hull(way.turns, { min: way.turns.min, max: left.max }) }));
  if (op.onExhausted === "fail") return { ways: longer, failed: hullOf([failed, left]) };
  return { ways: merged([...longer, { keys: ownKeys(allWords), caught: false, turns: left }]), failed };
}

function stagesOf(op: Repeat, machine: Machine, scope: Scope): ReadonlyMap<string, Stage> {
  const waysFrom = new Map<string, Transition[]>(machine.states.map(({ name }) => [name, []]));
  for (const way of machine.transitions) waysFrom.get(way.from)?.push(way);
  const spends = machine.states.map(({ name, body }) => [name, bodySpend(body, scope)] as const);
  const all = { ways: merged(spends.flatMap(([, { ways }]) => ways)), failed: hullOf(spends.map(([, { failed }]) => failed)) };
  const beside = besides(op, machine, all, scope);
  return new Map(
    spends.map(([name, spend]) => {
      const edges = (waysFrom.get(name) ?? []).flatMap((way) => edgesOf(way, spend, { op, machine, isState: (to) => waysFrom.has(to) }));
      const dearer = edges.map((edge) => ({ ...edge, turns: plus(edge.turns, beside.turns) }));
      const failed = hullOf([spend.failed, ...(beside.fails ? dearer.map(({ turns }) => turns) : [])]);
      return [name, { edges: dearer, failed: failed && plus(failed, { min: 0, max: beside.turns.max }) }];
    }),
  );
}

/** The other ops of a machine's body. That its next state is one that it has is looked at with the ways, not here. */
function besides(op: Repeat, { choose }: Machine, chosen: Spend, scope: Scope): { readonly turns: Interval; readonly fails: boolean } {
  scope.spends.set(choose.id, chosen);
  for (const each of op.body.ops) scope.ops.set(each.id, each);
  const others = op.body.ops.filter((each) => each !== choose);
  const spends = others.map((each) => [each.id, scope.spendOf(each, scope)] as const);
  for (const [id, spend] of spends) scope.spends.set(id, spend);
  const next = new Set(exprsIn(op.next).flatMap((expr) => (expr.kind === "outcome" ? [expr.op] : [])));
  return {
    turns: spends.map(([, spend]) => wellIn(spend) ?? nothing).reduce(plus, nothing),
    fails: spends.some(([id, { failed }]) => failed !== null && !(next.has(id) && failed.max === 0)),
  };
}

interface At {
  readonly op: Repeat;
  readonly machine: Machine;
  readonly isState: (name: string) => boolean;
}

/** A transition for each way that a state can end and that meets its conditions. */
function edgesOf({ to, stops, conditions }: Transition, { ways }: Spend, { op, machine, isState }: At): readonly Edge[] {
  const target: Edge["to"] = stops
    ? { kind: "end" }
    : typeof to === "string" && isState(to)
      ? { kind: "state", name: to }
      : { kind: "lost" };
  return ways.flatMap(({ keys, caught, turns }) => {
    const left = conditions.reduce<Keys | null>((some, condition) => some && meeting(condition, { keys: some, caught }, machine), keys);
    if (!left || (isNone(left.own) && isNone(left.passes))) return [];
    return [{ to: target, keys: endKeys(op, machine, left), turns }];
  });
}

/** The keys that meet a condition; null where the way itself does not. A guard may hold or not. */
function meeting(condition: Condition, { keys, caught }: Pick<Way, "keys" | "caught">, { choose }: Machine): Keys | null {
  if (condition.kind === "if") {
    const { when, holds } = condition;
    const isFailure = when.kind === "outcome" && when.field === "failed" && when.op === choose.id;
    return isFailure && holds !== caught ? null : keys;
  }
  if (keyOf(condition.on) !== choose.id) return keys;
  if (condition.kind === "case") return keysAmong(keys, wordIn(condition.is));
  return keysWithout(keys, uniteAll(condition.not.map(wordIn)));
}

/** The keys that the machine ends with where its state ended with `keys`. */
function endKeys({ body: { result } }: Repeat, { choose }: Machine, keys: Keys): Keys {
  const source = result.kind === "pass" ? result.op : keyOf(result.key);
  if (source === choose.id) return keys;
  const word = result.kind === "outcome" && result.key.kind === "literal" ? wordIn(result.key.value) : allWords;
  return ownKeys(word);
}
