import { evaluate } from "../../../compiler/ir/eval.ts";
import { type Failure, failureValue, isFatal } from "../../../compiler/ir/failure.ts";
import { isList, type Json } from "../../../compiler/ir/json.ts";
import type { MapOp } from "../../../compiler/ir/ops.ts";
import { itemPath, type Path } from "../../../compiler/ir/path.ts";
import { bug } from "../../../compiler/ir/unreachable.ts";
import { fork } from "../../session/memory.ts";
import { envOf } from "../env.ts";
import type { BodyFrame, MapState, OpFrame, Run } from "../frames.ts";
import { itemsWithin, tooMany } from "../limits.ts";
import { rollBack } from "../roll-back.ts";
import { cancelBody, fail, joinViews, lastSpanOf, openBody, settle } from "../run-body.ts";
import { ok, type Settled } from "../types.ts";
import { type Handler, noTask } from "./handler.ts";

/** A body per item. Each item sees memory as it was when the map began; the writes of those that end well join in the order of items. */
export const map: Handler<MapOp> = {
  start(run, frame) {
    const items = evaluate(frame.op.over, envOf(frame.body));
    if (!isList(items)) return fail(run, frame, { code: "require", message: "there is no list to fan out over" });
    const max = itemsWithin(frame.op.max, frame.body.block.block.agent, run.plan, run.overrides);
    if (items.length > max) return fail(run, frame, tooMany(items.length, "items", max));
    const state: MapState = { kind: "map", items, ended: items.map(() => null), next: 0, running: 0, failed: null };
    frame.state = state;
    startItems(run, frame, state);
  },
  task: noTask,
  body(run, frame, body, settled) {
    const state = stateOf(frame);
    const index = (body.loop?.index ?? 0) - 1;
    state.running -= 1;
    state.ended[index] = { settled, memory: body.memory, hasWritten: body.hasWritten, lastSpan: lastSpanOf(body) };
    if (settled.kind === "failed" && (frame.op.onFailure === "propagate" || isFatal(settled.failure)))
      stop(run, frame, state, { index, failure: settled.failure });
    startItems(run, frame, state);
  },
};

function startItems(run: Run, frame: OpFrame<MapOp>, state: MapState): void {
  const width = frame.op.concurrency ?? Number.POSITIVE_INFINITY;
  while (!state.failed && !frame.cancelled && state.running < width && state.next < state.items.length) startItem(run, frame, state);
  if (state.running === 0) finish(run, frame, state);
}

function startItem(run: Run, frame: OpFrame<MapOp>, state: MapState): void {
  const item = state.items[state.next] ?? null;
  state.next += 1;
  state.running += 1;
  const { body, op } = frame;
  const prefix = itemPath(body.prefix, op.id, state.next);
  const loop = { op: op.id, index: state.next, state: null, item };
  openBody(run, {
    body: op.body,
    block: body.block,
    outer: body,
    owner: frame,
    loop,
    prefix,
    memory: fork(frame.memory, prefix),
    entrySpan: body.block.span,
  });
}

/** The first failure cancels the rest; the lowest failed item is the one reported. */
function stop(run: Run, frame: OpFrame<MapOp>, state: MapState, failed: { index: number; failure: Failure }): void {
  const first = state.failed === null;
  const cancelled = !first && failed.failure.code === "cancelled";
  if (first || (!cancelled && failed.index < (state.failed?.index ?? 0))) state.failed = failed;
  if (first) for (const body of frame.bodies) cancelBody(run, body, "another item failed");
}

function finish(run: Run, frame: OpFrame<MapOp>, state: MapState): void {
  if (state.failed) return settle(run, frame, { kind: "failed", failure: state.failed.failure });
  if (frame.cancelled) return fail(run, frame, { code: "cancelled", message: "cancelled" });
  const collected = collect(state);
  const size = state.items.length;
  if (size > 0 && collected.ok.length === 0) {
    return fail(run, frame, {
      code: "all-failed",
      message: `all ${size} items failed; the first: ${collected.firstMessage}`,
      details: collected.failed,
    });
  }
  rollBack(run, failedItems(frame, state), { reason: "collected", around: frame.body.block.span });
  joinViews(run, { memory: frame.memory, prefix: frame.path, block: frame.body.block }, collected.memories);
  frame.lastSpan = state.ended.at(-1)?.lastSpan ?? frame.prev;
  settle(run, frame, ok("done", frame.op.onFailure === "value" ? { ok: collected.ok, failed: collected.failed } : collected.values));
}

/** The paths of items that failed and wrote. Where all fail nothing is undone: the map fails, and a resume goes on from what they did. */
function failedItems(frame: OpFrame<MapOp>, { ended }: MapState): readonly Path[] {
  return ended.flatMap((item, index) =>
    item?.settled.kind === "failed" && item.hasWritten ? [itemPath(frame.body.prefix, frame.op.id, index + 1)] : [],
  );
}

function collect(state: MapState): { ok: Json[]; failed: Json[]; values: Json[]; memories: BodyFrame["memory"][]; firstMessage: string } {
  const all = { ok: [] as Json[], failed: [] as Json[], values: [] as Json[], memories: [] as BodyFrame["memory"][], firstMessage: "" };
  for (const [position, ended] of state.ended.entries()) {
    if (!ended) throw bug("a map finished before its items");
    const failure = failureOf(ended.settled);
    if (failure) all.failed.push({ index: position + 1, item: state.items[position] ?? null, failure: failureValue(failure) });
    if (failure && all.firstMessage === "") all.firstMessage = failure.message;
    if (ended.settled.kind !== "ok") continue;
    all.ok.push({ index: position + 1, value: ended.settled.value });
    all.values.push(ended.settled.value);
    all.memories.push(ended.memory);
  }
  return all;
}

function failureOf(settled: Settled): Failure | null {
  return settled.kind === "failed" ? settled.failure : null;
}

function stateOf(frame: OpFrame<MapOp>): MapState {
  if (frame.state?.kind !== "map") throw bug(`${frame.path} has no state`);
  return frame.state;
}
