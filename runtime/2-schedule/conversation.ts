import { evaluate } from "../../compiler/ir/eval.ts";
import type { FailureCode } from "../../compiler/ir/failure.ts";
import { canonical, toText } from "../../compiler/ir/json.ts";
import type { Act, Ask } from "../../compiler/ir/ops.ts";
import { type Path, turnPath } from "../../compiler/ir/path.ts";
import { bug } from "../../compiler/ir/unreachable.ts";
import { type ModelAnswer, type ModelTask, type Task, type TaskResult, textParts, wasCut } from "../3-task/task.ts";
import { usageColumns, usageIn } from "../3-task/usage.ts";
import { planned, spentOn } from "./amounts.ts";
import { askingStep } from "./asking-step.ts";
import { envOf } from "./env.ts";
import type { LoopState, OpFrame, Run } from "./frames.ts";
import { promptFor } from "./prompts.ts";
import { contentKey, record, recordSpanEnd, recordSpanStart, recordToolCall, spanOf, taskDetail } from "./record.ts";
import { noRepeats } from "./repeats.ts";
import { labelOf, settle } from "./run-body.ts";
import type { Settled } from "./types.ts";

/** An op that talks to a model. */
export type ModelFrame = OpFrame<Ask> | OpFrame<Act>;

/** Begins a conversation with a system prompt and a first user message. */
export function begin(run: Run, frame: ModelFrame, first: string): LoopState {
  const env = envOf(frame.body);
  const state: LoopState = {
    kind: "loop",
    step: askingStep(run, frame),
    messages: [
      { role: "system", parts: textParts(promptFor(run, frame) ?? toText(evaluate(frame.op.system, env))) },
      { role: "user", parts: textParts(first) },
    ],
    unlocked: new Set(),
    tools: { called: new Map(), answered: new Map() },
    times: null,
    turn: 0,
    counted: 0,
    repairsLeft: frame.op.repairs.schema,
    emptyLeft: frame.op.repairs.empty,
    repeats: noRepeats(),
    compaction: { left: frame.op.repairs.compactions, summary: null, archived: null, tokensPerByte: 1 / 4 },
    sized: null,
    calls: null,
  };
  frame.state = state;
  if (frame.op.span === "own") openOwnSpan(run, frame);
  return state;
}

/** The input of a conversation's op, as text. */
export function inputOf(frame: ModelFrame): string {
  return toText(evaluate(frame.op.input, envOf(frame.body)));
}

/** Hands a task out. */
export function dispatch(run: Run, frame: OpFrame, task: Task): void {
  frame.tasks.add(task.path);
  run.tasks.set(task.path, frame);
  run.sent.set(task.path, task);
  run.commands.push({ kind: "task", task });
}

/** Records a model's answer as the leaf span that it is, and returns it; null where there is none, and then the op has ended. */
export function answered(run: Run, frame: ModelFrame, task: ModelTask, result: TaskResult): ModelAnswer | null {
  const answer = result.kind === "ok" && result.answer.kind === "model" ? result.answer : null;
  const state = loopOf(frame);
  state.times = { startUs: state.times?.startUs ?? result.startUs, endUs: result.endUs };
  const usage = usageIn(result);
  const price = planned(run.plan.models[frame.op.model], task.model)?.price ?? null;
  record(
    run,
    {
      kind: "llm_call",
      path: task.path,
      parent: spanOf(frame),
      prev: frame.lastSpan,
      name: `llm:${stepName(frame, state.turn)}`,
      span_kind: "llm",
      start_us: result.startUs,
      end_us: result.endUs,
      thread: result.thread,
      ...outcomeOf(result),
      content_key: contentKey(run, task),
      provider: task.model.provider,
      model: task.model.name,
      role: run.plan.models[frame.op.model]?.role ?? null,
      temperature: task.model.temperature,
      iteration: state.turn,
      cost_usd: usage && price ? spentOn(usage, price).microUsd / 1e6 : null,
      ...usageColumns(usage),
      ...taskDetail(run, task, result),
    },
    answer ? { value_hash: canonical({ text: answer.text, calls: answer.calls.map(({ name, args }) => ({ name, args })) }) } : {},
    task.messages,
  );
  recordAttempts(run, task.path, result);
  frame.lastSpan = task.path;
  if (answer && !frame.cancelled) return answer;
  if (answer) {
    end(run, frame, cancelledAt(frame));
    return null;
  }
  if (result.kind === "ok") throw bug(`${task.path} was answered by a ${result.answer.kind}`);
  failWith(run, frame, result);
  return null;
}

/** How a cancelled op ends. */
export function cancelledAt(frame: OpFrame): Settled {
  return { kind: "failed", failure: { code: "cancelled", message: "cancelled", path: frame.path } };
}

/** The status columns of a task's result. */
export function outcomeOf(result: TaskResult): { status: string; code: string | null; message: string | null } {
  if (result.kind === "ok") return { status: "ok", code: null, message: null };
  const status = result.code === "cancelled" || result.code === "refused" ? result.code : "failed";
  return { status, code: result.code, message: result.message };
}

/** Ends an op as its task failed. */
export function failWith(run: Run, frame: OpFrame, result: TaskResult & { kind: "failed" }): void {
  end(run, frame, {
    kind: "failed",
    failure: {
      code: result.code,
      message: result.message,
      path: frame.path,
      ...(result.details === null ? {} : { details: result.details }),
    },
  });
}

/** Ends an op, and the span of its own if it has one. */
export function end(run: Run, frame: OpFrame, settled: Settled): void {
  const { op } = frame;
  if (op.kind === "act") recordLoopEnd(run, frame, settled);
  if ((op.kind === "ask" || op.kind === "act") && op.span === "own") {
    recordSpanEnd(run, frame.path, settled);
    frame.lastSpan = frame.path;
  }
  settle(run, frame, settled);
}

/** Records how a react loop ended, whichever way it did. */
function recordLoopEnd(run: Run, frame: OpFrame, settled: Settled): void {
  const { turn, tools, times } = loopOf(frame);
  const code = settled.kind === "failed" ? settled.failure.code : null;
  const status = code === null ? "done" : (endings[code] ?? "failed");
  const [used, successful] = [tools.called, tools.answered].map((counts) => Object.fromEntries(counts));
  const detail = canonical({ status, iterations: turn, tools_used: used ?? {}, successful_tools: successful ?? {} });
  const when = times ? { start_us: times.startUs, end_us: times.endUs } : {};
  record(run, { kind: "loop_complete", path: frame.path, parent: spanOf(frame), iteration: turn, code, detail, ...when });
}

const endings: Readonly<Partial<Record<FailureCode, string>>> = {
  "max-turns": "budget_exhausted",
  limit: "budget_exhausted",
  cancelled: "cancelled",
};

/** Records a synthetic tool call: what a model's plain text stands for in the protocol. */
export function recordSynthetic(
  run: Run,
  frame: ModelFrame,
  call: { tool: "start" | "finish"; args: string; result: string; us: number },
): void {
  const { tool, args, result, us } = call;
  const event = { status: "ok", start_us: us, end_us: us };
  recordToolCall(run, frame, `${frame.path}:${tool}`, { name: tool, span: "synthetic", raw: args, event, result });
}

/** The state of a conversation. */
export function loopOf(frame: OpFrame): LoopState {
  if (frame.state?.kind !== "loop") throw bug(`${frame.path} is no conversation`);
  return frame.state;
}

/** Why an answer goes back, and what the model is told of it; null where it is just asked again. */
export interface Repair {
  readonly kind: "schema_retry" | "empty_completion_retry";
  readonly errors: string;
  readonly correction: string | null;
}

/** Records that an answer that cannot stand goes back. */
export function recordRepair(run: Run, frame: ModelFrame, { kind, errors, correction }: Repair): void {
  const state = loopOf(frame);
  const budget = kind === "schema_retry" ? frame.op.repairs.schema - state.repairsLeft : frame.op.repairs.empty - state.emptyLeft;
  const detail = canonical({ attempt: budget, ...(kind === "schema_retry" ? { nudge_used: correction !== null } : {}) });
  const event = { kind, path: turnPath(frame.path, state.turn), parent: spanOf(frame), iteration: state.turn, message: errors, detail };
  record(run, event, correction === null ? {} : { input_hash: correction });
}

/** Has a model that answered nothing asked again, as long as it may be. */
export function retryEmpty(run: Run, frame: ModelFrame, { answer, again }: { answer: ModelAnswer; again: () => void }): void {
  const state = loopOf(frame);
  const errors = wasCut(answer) ? "the model answered nothing before it had used up its max_tokens" : "the model answered nothing";
  if (state.emptyLeft === 0) return failTalk(run, frame, "model", errors);
  state.emptyLeft -= 1;
  recordRepair(run, frame, { kind: "empty_completion_retry", errors, correction: null });
  again();
}

/** Fails a conversation for good, once its repairs are used up. */
export function failTalk(run: Run, frame: ModelFrame, code: "no-route" | "schema" | "max-turns" | "model", message: string): void {
  end(run, frame, { kind: "failed", failure: { code, message, path: frame.path } });
}

function openOwnSpan(run: Run, frame: ModelFrame): void {
  const pattern = frame.op.kind === "act" ? "react" : "oneshot";
  const name = `agent:${labelOf(frame)}:${pattern}`;
  recordSpanStart(run, { path: frame.path, parent: frame.body.block.span, prev: frame.prev, name, input: inputOf(frame) });
  frame.lastSpan = frame.path;
}

function stepName(frame: ModelFrame, turn: number): string {
  if (frame.op.kind === "act") return `react_${turn}`;
  return frame.op.span === "own" ? "oneshot" : labelOf(frame);
}

function recordAttempts(run: Run, path: Path, result: TaskResult): void {
  if (result.attempts.length < 2 && result.kind === "ok") return;
  for (const [index, { startUs, endUs, status, error, cause }] of result.attempts.entries()) {
    record(run, {
      kind: "attempt",
      path,
      attempt: index + 1,
      start_us: startUs,
      end_us: endUs,
      status: error === null ? "ok" : "failed",
      code: cause,
      message: error,
      detail: canonical({ http_status: status }),
    });
  }
}
