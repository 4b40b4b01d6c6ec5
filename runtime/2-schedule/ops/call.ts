import { evaluate } from "../../../compiler/ir/eval.ts";
import { type Failure, isFatal } from "../../../compiler/ir/failure.ts";
import type { Json } from "../../../compiler/ir/json.ts";
import type { Call } from "../../../compiler/ir/ops.ts";
import { callPath, type Path } from "../../../compiler/ir/path.ts";
import type { Block } from "../../../compiler/ir/plan.ts";
import { show } from "../../../compiler/ir/types.ts";
import { bug } from "../../../compiler/ir/unreachable.ts";
import { fork, markOf, restore } from "../../session/memory.ts";
import { envOf } from "../env.ts";
import type { BlockFrame, BodyFrame, OpFrame, Run } from "../frames.ts";
import { coerce, resolveKeys } from "../keys.ts";
import { type Account, agentAccount } from "../limits.ts";
import { recordSpanEnd, recordSpanStart } from "../record.ts";
import { review, withdrawReview } from "../review.ts";
import { type RollbackReason, rollBack } from "../roll-back.ts";
import { failedOutcome, joinViews, openBody, settle } from "../run-body.ts";
import { stopWatching, watch } from "../time-limits.ts";
import type { Settled } from "../types.ts";
import { type Handler, noTask } from "./handler.ts";

/**
 * Another agent's block, tried up to `attempts` times. What a failed attempt wrote is undone. What it is given and what it
 * answers are held to the block's types: where text is asked for, any value becomes text.
 */
export const call: Handler<Call> = {
  start(run, frame) {
    attempt(run, frame);
  },
  task: noTask,
  body(run, frame, body, ended) {
    const settled = held(ended, body.block);
    stopWatching(run, body.block);
    if (frame.cancelled) return conclude(run, frame, body, { settled, again: null });
    if (mayRetry(frame, settled)) return conclude(run, frame, body, { settled, again: "retry" });
    const { span } = body.block;
    frame.withdraw = () => void withdrawReview(run, span, "cancelled");
    review(run, {
      block: body.block,
      settled,
      conclude: (last, verdict) => conclude(run, frame, body, { settled: last, again: verdict === "retry" ? "rejected" : null }),
    });
  },
};

function mayRetry(frame: OpFrame<Call>, settled: Settled): boolean {
  return settled.kind === "failed" && !isFatal(settled.failure) && attemptOf(frame) < frame.op.attempts;
}

/** Ends an attempt, and with it the call, but where it is made again. */
function conclude(
  run: Run,
  frame: OpFrame<Call>,
  body: BodyFrame,
  { settled, again }: { readonly settled: Settled; readonly again: "retry" | "rejected" | null },
): void {
  frame.withdraw = null;
  recordSpanEnd(run, body.block.span, settled);
  frame.lastSpan = body.block.span;
  if (again) return retry(run, frame, body, again);
  if (settled.kind === "failed") return giveUp(run, frame, settled.failure);
  if (frame.op.attempts > 1) joinViews(run, { memory: frame.memory, prefix: frame.path, block: frame.body.block }, [body.memory]);
  settle(run, frame, settled);
}

/** Tries once more, with all undone that the attempt wrote. */
function retry(run: Run, frame: OpFrame<Call>, { block, hasWritten }: BodyFrame, reason: RollbackReason): void {
  if (hasWritten) rollBack(run, [block.span], { reason, around: frame.body.block.span });
  if (frame.state?.kind === "call" && frame.state.mark) restore(frame.memory, frame.state.mark);
  frame.hasWritten = false;
  attempt(run, frame);
}

/** Ends the call with a failure, which is its outcome where the plan asks for that. */
function giveUp(run: Run, frame: OpFrame<Call>, failure: Failure): void {
  const mayCatch = !isFatal(failure) && !frame.cancelled && frame.op.onFailure === "value";
  settle(run, frame, mayCatch ? failedOutcome(failure) : { kind: "failed", failure });
}

/** What a block answers, as its type asks. */
function held(settled: Settled, { block, span }: BlockFrame): Settled {
  if (settled.kind === "failed") return settled;
  const value = coerce(settled.value, block.output);
  if (value !== undefined) return { ...settled, value };
  const message = `what \`${block.agent}\` answers is not of type ${show(block.output)}`;
  return { kind: "failed", failure: { code: "schema", message, path: span } };
}

function attempt(run: Run, frame: OpFrame<Call>): void {
  const number = attemptOf(frame) + 1;
  const path = callPath(frame.body.prefix, frame.op.id, number);
  const block = run.plan.blocks[frame.op.block];
  if (!block) throw bug(`the plan has no block ${frame.op.block}`);
  const isForked = frame.op.attempts > 1;
  frame.state = { kind: "call", attempt: number, mark: !isForked && run.isReviewed(path, block.agent) ? markOf(frame.memory) : null };
  const given = evaluate(frame.op.input, envOf(frame.body));
  const input = coerce(given, block.input);
  if (input === undefined) return refuse(run, frame, { block, path, given });
  const keys = resolveKeys(frame.op.keys, frame.body.block.keys);
  const memory = isForked ? fork(frame.memory, path) : frame.memory;
  const account = accountFor(run, block, path, frame.body.block.account);
  enterBlock(run, { block: { run, block, input, keys, span: path, account }, owner: frame, memory, prev: frame.lastSpan });
}

/** An agent that cannot be given what it is called with begins, and fails at once. */
function refuse(run: Run, frame: OpFrame<Call>, { block, path, given }: { block: Block; path: Path; given: Json }): void {
  const message = `what \`${block.agent}\` is given is not of type ${show(block.input)}`;
  const failure: Failure = { code: "schema", message, path };
  recordSpanStart(run, { path, parent: frame.body.block.span, prev: frame.lastSpan, name: spanName(block), input: given });
  recordSpanEnd(run, path, { kind: "failed", failure });
  frame.lastSpan = path;
  giveUp(run, frame, failure);
}

function attemptOf(frame: OpFrame<Call>): number {
  return frame.state?.kind === "call" ? frame.state.attempt : 0;
}

/** Opens a block's body under an agent span of its own. */
export function enterBlock(
  run: Run,
  enter: { block: BlockFrame; owner: OpFrame | null; memory: ReturnType<typeof fork>; prev: string },
): ReturnType<typeof openBody> {
  const { block, owner, memory, prev } = enter;
  recordSpanStart(run, { path: block.span, parent: owner?.body.block.span ?? "", prev, name: spanName(block.block), input: block.input });
  return openBody(run, {
    body: block.block.body,
    block,
    outer: null,
    owner,
    loop: null,
    prefix: block.span,
    memory,
    entrySpan: block.span,
  });
}

function spanName({ agent, pattern }: Block): string {
  return `agent:${agent}:${pattern.replaceAll("-", "_")}`;
}

/** What a run of a block counts on, whose time at work begins now where that is bounded. */
export function accountFor(run: Run, block: Block, path: Path, around: Account): Account {
  const limits = { ...block.limits, ...run.overrides.agents[block.agent] };
  const account = agentAccount(block.agent, path, limits, around);
  if (account !== around) watch(run, account);
  return account;
}
