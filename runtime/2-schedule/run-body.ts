import { evaluate } from "../../compiler/ir/eval.ts";
import type { Failure } from "../../compiler/ir/failure.ts";
import { failureValue } from "../../compiler/ir/failure.ts";
import { toText } from "../../compiler/ir/json.ts";
import type { Op } from "../../compiler/ir/ops.ts";
import { opPath } from "../../compiler/ir/path.ts";
import { bug } from "../../compiler/ir/unreachable.ts";
import { fork, type Memory, merge } from "../session/memory.ts";
import { indexOf } from "./body-index.ts";
import { envOf } from "./env.ts";
import type { BodyFrame, OpFrame, Run } from "./frames.ts";
import { recordStep } from "./phases.ts";
import { recordMerge } from "./record.ts";
import { rollBack } from "./roll-back.ts";
import type { Outcome, Settled } from "./types.ts";

export type BodyOptions = Pick<BodyFrame, "body" | "block" | "outer" | "owner" | "loop" | "prefix" | "memory" | "entrySpan">;

/** Opens a body: its ops that need nothing start next. */
export function openBody(run: Run, options: BodyOptions): BodyFrame {
  const index = indexOf(options.body);
  const frame: BodyFrame = {
    index,
    views: new Map(),
    inherited: new Map(),
    outcomes: new Map(),
    open: index.needs.map((needs) => needs.length),
    openInSegment: index.segments.map((segment) => segment.length),
    active: new Map(),
    spans: new Map(),
    left: options.body.ops.length,
    failure: null,
    hasWritten: false,
    ended: false,
    ...options, // last: V8 takes a hundred times as long to add fields to what was spread before them
  };
  options.owner?.bodies.add(frame);
  for (const [position, open] of frame.open.entries()) if (open === 0) run.agenda.push(() => startOp(run, frame, position));
  if (frame.left === 0) endBody(run, frame);
  return frame;
}

/** Ends an op. What waits for it starts next; a failure ends the body (R3, R4). */
export function settle(run: Run, frame: OpFrame, settled: Settled): void {
  run.agenda.push(() => opSettled(run, frame, settled));
}

/** Ends an op with a failure of its own. */
export function fail(run: Run, frame: OpFrame, failure: Omit<Failure, "path">): void {
  settle(run, frame, { kind: "failed", failure: { ...failure, path: frame.path } });
}

/** A failure as an outcome: key `error`, the Failure as value. */
export function failedOutcome(failure: Failure): Outcome {
  return { kind: "ok", key: "error", value: failureValue(failure), failed: true };
}

/** Stops a body from without: it ends `cancelled` once what it has in flight has ended. A failure of its own that comes first still counts. */
export function cancelBody(run: Run, body: BodyFrame, message: string): void {
  const bodies = [body];
  for (let next = bodies.pop(); next; next = bodies.pop()) {
    next.failure ??= { failure: { code: "cancelled", message, path: next.prefix }, op: Number.POSITIVE_INFINITY };
    bodies.push(...cancelOps(run, next));
    const stopped = next;
    run.agenda.push(() => endIfIdle(run, stopped));
  }
}

/** Cancels what a body has in flight; gives the bodies inside, which are still to be stopped. */
function cancelOps(run: Run, body: BodyFrame): readonly BodyFrame[] {
  const going = [...body.active.values()].filter((op) => !op.cancelled);
  for (const op of going) {
    op.cancelled = true;
    for (const path of op.tasks) run.commands.push({ kind: "cancel", path });
    if (op.withdraw) run.agenda.push(op.withdraw);
  }
  return going.flatMap((op) => [...op.bodies]);
}

function startOp(run: Run, body: BodyFrame, position: number): void {
  if (body.failure) return endIfIdle(run, body);
  const op = body.body.ops[position];
  if (!op) throw bug(`no op ${position} in ${body.prefix}`);
  const path = opPath(body.prefix, op.id);
  const prev = previousSpan(body, position);
  const memory = viewFor(body, position, path);
  const frame: OpFrame = {
    op,
    position,
    body,
    path,
    memory,
    prev,
    lastSpan: prev,
    cancelled: false,
    hasWritten: false,
    withdraw: null,
    tasks: new Set(),
    bodies: new Set(),
    state: null,
  };
  body.active.set(position, frame);
  recordStep(run, frame);
  run.handlers[op.kind].start(run, frame as never); // the table pairs each kind with its own frame type
}

/** The last span of the last op that this one needs, else the span before the body. */
function previousSpan(body: BodyFrame, position: number): string {
  const needs = body.index.needs[position] ?? [];
  for (const need of needs.toReversed()) {
    const span = body.spans.get(body.body.ops[need]?.id ?? "");
    if (span !== undefined) return span;
  }
  return body.entrySpan;
}

/** The memory that an op sees: the body's own, or a branch's view with the writes of those branches that it follows and that are kept. */
function viewFor(body: BodyFrame, position: number, path: string): Memory {
  const branches = body.index.branches[body.index.segmentOf[position] ?? 0];
  if (!branches || branches.size === 0) return body.memory;
  const before = inheritedBy(body, position);
  if (before.length > 0) body.inherited.set(position, before);
  if (!branches.has(position)) return body.memory;
  const view = fork(
    body.memory,
    path,
    before.flatMap((each) => body.views.get(each) ?? []),
  );
  body.views.set(position, view);
  return view;
}

/** The branches of its segment whose writes an op sees, ascending. A list is shared with the op before wherever it is the same. */
function inheritedBy(body: BodyFrame, position: number): readonly number[] {
  const { needs, segmentOf } = body.index;
  const lists = new Set<readonly number[]>();
  for (const need of needs[position] ?? []) {
    if (segmentOf[need] !== segmentOf[position]) continue;
    const before = body.inherited.get(need) ?? nothing;
    lists.add(hasKept(body, need) ? [...before, need] : before);
  }
  lists.delete(nothing);
  const [only = nothing] = lists;
  return lists.size < 2 ? only : [...new Set([...lists].flat())].sort((a, b) => a - b);
}

const nothing: readonly number[] = [];

function hasKept(body: BodyFrame, position: number): boolean {
  return !isDropped(body, position) && (body.views.get(position)?.writes.length ?? 0) > 0;
}

function opSettled(run: Run, frame: OpFrame, settled: Settled): void {
  const { body, position, op } = frame;
  if (!body.active.delete(position)) throw bug(`${frame.path} settled twice`);
  if (settled.kind === "failed") return opFailed(run, frame, settled.failure);
  if (body.failure) return endIfIdle(run, body);
  body.outcomes.set(op.id, settled);
  if (settled.failed && frame.hasWritten && body.views.has(position))
    rollBack(run, [frame.path], { reason: "caught", around: body.block.span });
  if (frame.lastSpan !== body.entrySpan) body.spans.set(op.id, frame.lastSpan);
  closeSegment(run, body, position);
  body.left -= 1;
  for (const next of body.index.neededBy[position] ?? []) {
    const open = (body.open[next] ?? 0) - 1;
    body.open[next] = open;
    if (open === 0) run.agenda.push(() => startOp(run, body, next));
  }
  if (body.left === 0) endBody(run, body);
}

/** Keeps the failure of the lowest op; those that we cancelled ourselves do not count. */
function opFailed(run: Run, frame: OpFrame, failure: Failure): void {
  const { body, position } = frame;
  const first = body.failure === null;
  const ours = frame.cancelled && failure.code === "cancelled";
  if (first || (!ours && position < (body.failure?.op ?? 0))) body.failure = { failure, op: position };
  if (first) for (const inner of cancelOps(run, body)) cancelBody(run, inner, "another step failed");
  endIfIdle(run, body);
}

/** When the last op of a segment has ended, its branches' writes join the body's memory in declared order; those of failed ones are dropped. */
function closeSegment(run: Run, body: BodyFrame, position: number): void {
  const segment = body.index.segmentOf[position] ?? 0;
  const left = (body.openInSegment[segment] ?? 0) - 1;
  body.openInSegment[segment] = left;
  const branches = body.index.branches[segment];
  if (left > 0 || !branches || branches.size === 0) return;
  const kept = [...branches].filter((branch) => !isDropped(body, branch));
  joinViews(
    run,
    body,
    kept.flatMap((branch) => body.views.get(branch) ?? []),
  );
  for (const branch of branches) body.views.delete(branch);
  for (const op of body.index.segments[segment] ?? []) body.inherited.delete(op);
}

/** Whether what an op wrote is undone: it failed, and the failure is its outcome. */
function isDropped(body: BodyFrame, position: number): boolean {
  return body.outcomes.get(body.body.ops[position]?.id ?? "")?.failed ?? false;
}

/** Merges the views of branches into their base and records it, if they wrote anything. */
export function joinViews(run: Run, at: Pick<BodyFrame, "memory" | "prefix" | "block">, views: readonly Memory[]): void {
  const written = views.filter((view) => view.writes.length > 0);
  if (written.length > 0) recordMerge(run, at, merge(at.memory, written));
}

function endIfIdle(run: Run, body: BodyFrame): void {
  if (body.failure && body.active.size === 0) endBody(run, body);
}

function endBody(run: Run, body: BodyFrame): void {
  if (body.ended) return;
  body.ended = true;
  run.agenda.push(() => bodyEnded(run, body));
}

function bodyEnded(run: Run, body: BodyFrame): void {
  const settled: Settled = body.failure ? { kind: "failed", failure: body.failure.failure } : resultOf(body);
  const owner = body.owner;
  if (!owner) {
    run.settled = settled;
    return;
  }
  owner.bodies.delete(body);
  owner.lastSpan = lastSpanOf(body);
  run.handlers[owner.op.kind].body(run, owner as never, body, settled); // as in startOp
}

function resultOf(body: BodyFrame): Outcome {
  const { result } = body.body;
  if (result.kind === "pass") {
    const outcome = body.outcomes.get(result.op);
    if (!outcome) throw bug(`${body.prefix} passes ${result.op}, which has no outcome`);
    return outcome;
  }
  const env = envOf(body);
  return { kind: "ok", key: toText(evaluate(result.key, env)), value: evaluate(result.value, env), failed: false };
}

/** The span of the last op in declared order that made one. */
export function lastSpanOf(body: BodyFrame): string {
  for (const op of body.body.ops.toReversed()) {
    const span = body.spans.get(op.id);
    if (span !== undefined) return span;
  }
  return body.entrySpan;
}

/** The name of an op for people. */
export function labelOf(frame: OpFrame<Op>): string {
  return toText(evaluate(frame.op.label, envOf(frame.body)));
}
