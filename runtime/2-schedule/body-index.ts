import type { Expr } from "../../compiler/ir/expr.ts";
import type { Body, Op } from "../../compiler/ir/ops.ts";
import { bodiesOf, expressionsOf, partsOf } from "../../compiler/ir/walk.ts";

/**
 * What the scheduler needs to know of a body, computed once for each. Linear in the size of the body.
 *
 * A segment is a run of ops that every later op waits for. Where a segment holds more than one op that can touch
 * memory, those are parallel branches: each gets a view of its own, and the views merge when the segment is done.
 */
export interface BodyIndex {
  /** For each op, the ops of the same body that it waits for, ascending. */
  readonly needs: readonly (readonly number[])[];
  /** For each op, the ops that wait for it. */
  readonly neededBy: readonly (readonly number[])[];
  readonly segmentOf: readonly number[];
  readonly segments: readonly (readonly number[])[];
  /** For each segment, the ops with a memory view of their own. */
  readonly branches: readonly ReadonlySet<number>[];
}

const indices = new WeakMap<Body, BodyIndex>();

/** The index of a body; bodies are immutable, so each has one. */
export function indexOf(body: Body): BodyIndex {
  const known = indices.get(body);
  if (known) return known;
  const made = makeIndex(body);
  indices.set(body, made);
  return made;
}

function makeIndex(body: Body): BodyIndex {
  const position = new Map(body.ops.map((op, index) => [op.id, index]));
  const needs = body.ops.map((op) =>
    [...new Set([...readsOf(op), ...op.after].flatMap((id) => position.get(id) ?? []))].sort((a, b) => a - b),
  );
  const neededBy: number[][] = body.ops.map(() => []);
  for (const [op, list] of needs.entries()) for (const need of list) neededBy[need]?.push(op);
  const segments = segmentsOf(needs);
  const segmentOf = segments.flatMap((segment, index) => segment.map(() => index));
  return { needs, neededBy, segmentOf, segments, branches: segments.map((segment) => branchesOf(body.ops, segment)) };
}

/** The ops of a segment that run beside another one which can touch memory; and each op whose failure must leave no trace. */
function branchesOf(ops: readonly Op[], segment: readonly number[]): ReadonlySet<number> {
  const stateful = segment.filter((index) => ops[index]?.kind !== "pure");
  return new Set(stateful.filter((index) => stateful.length > 1 || isUndone(ops[index])));
}

function isUndone(op: Op | undefined): boolean {
  return op?.kind === "call" && (op.onFailure === "value" || op.attempts > 1);
}

/** Cuts the ops where all later ones need all earlier ones. `covered[i]`: op i needs, directly or not, every op before it up to there. */
function segmentsOf(needs: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const covered: number[] = [];
  for (const list of needs) {
    let upTo = list.reduce((most, need) => Math.max(most, covered[need] ?? 0), 0);
    for (const need of list) if (need === upTo) upTo += 1;
    covered.push(upTo);
  }
  const segments: number[][] = [];
  let least = Number.POSITIVE_INFINITY;
  const cuts = new Set<number>();
  for (let index = needs.length - 1; index > 0; index -= 1) {
    least = Math.min(least, covered[index] ?? 0);
    if (least >= index) cuts.add(index);
  }
  for (const index of needs.keys()) {
    if (index === 0 || cuts.has(index)) segments.push([]);
    segments.at(-1)?.push(index);
  }
  return segments;
}

/** Ids of all ops that an op's expressions read, those of its bodies included. */
function* readsOf(op: Op): Generator<string> {
  for (const expr of expressionsOf(op)) yield* outcomesIn(expr);
  for (const body of bodiesOf(op)) {
    for (const inner of body.ops) {
      yield* readsOf(inner);
      yield* inner.after;
    }
    if (body.result.kind === "pass") yield body.result.op;
    else for (const expr of [body.result.key, body.result.value]) yield* outcomesIn(expr);
  }
}

function* outcomesIn(expr: Expr): Generator<string> {
  if (expr.kind === "outcome") yield expr.op;
  for (const inner of partsOf(expr)) yield* outcomesIn(inner);
}
