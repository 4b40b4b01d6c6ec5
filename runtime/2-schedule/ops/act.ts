import { canonical, type Json } from "../../../compiler/ir/json.ts";
import type { Act } from "../../../compiler/ir/ops.ts";
import { toolPath, turnPath } from "../../../compiler/ir/path.ts";
import { bug } from "../../../compiler/ir/unreachable.ts";
import { type ModelAnswer, type TaskResult, textParts } from "../../3-task/task.ts";
import { countTokens, makeRoom, takeSummary } from "../compaction.ts";
import { answered, begin, cancelledAt, end, failTalk, loopOf, recordRepair, recordSynthetic, retryEmpty } from "../conversation.ts";
import { type Finish, finishOf, spelledOut } from "../finish.ts";
import type { OpFrame, Run, TurnCalls } from "../frames.ts";
import { guardedResults, mustWait, skipNote } from "../loop-guards.ts";
import { offeredTools } from "../offer.ts";
import { request } from "../requests.ts";
import { callTool, noteSkipped, parseArgs, recordFinish, toolAnswered } from "../tool-calls.ts";
import { ok } from "../types.ts";
import { type Handler, noBody } from "./handler.ts";

/**
 * The react loop: a model with tools, until `finish`. The task is given by `start`; a turn's calls are worked off in
 * order, read-only ones side by side; what follows a `finish` that holds is not run.
 */
export const act: Handler<Act> = {
  start(run, frame) {
    begin(run, frame, "Begin.");
    turn(run, frame);
  },
  task(run, frame, path, result) {
    const task = run.sent.get(path);
    if (task?.kind === "tool" || task?.kind === "artifact") {
      toolAnswered(run, frame, task, result);
      return workOff(run, frame);
    }
    if (task?.kind !== "model") throw bug(`${path} is no task of a react loop`);
    const answer = answered(run, frame, task, result);
    if (!answer) return;
    countTokens(frame, task, answer);
    if (task.purpose === "answer") return take(run, frame, answer, result);
    takeSummary(run, frame, answer);
    again(run, frame);
  },
  body: noBody,
};

/** Asks the model for its next step, unless the loop has used up its turns. */
function turn(run: Run, frame: OpFrame<Act>): void {
  const state = loopOf(frame);
  if (state.counted >= frame.op.maxTurns)
    return failTalk(run, frame, "max-turns", `react agent reached max_iter (${frame.op.maxTurns}) without calling finish`);
  state.counted += 1;
  again(run, frame);
}

/** Asks for the step's answer, once there is room for it. By itself it does not count against `maxTurns`. */
function again(run: Run, frame: OpFrame<Act>): void {
  const tools = offeredTools(run, frame);
  if (makeRoom(run, frame, tools) === "ready") request(run, frame, { tools, output: null });
}

function take(run: Run, frame: OpFrame<Act>, answer: ModelAnswer, result: TaskResult): void {
  if (answer.calls.length === 0) return takeText(run, frame, answer, result);
  const state = loopOf(frame);
  const calls = answer.calls.map((call, index) => ({ id: `t${state.turn}.${index + 1}`, ...call }));
  state.messages.push({ role: "assistant", parts: answer.text === "" ? [] : textParts(answer.text), calls });
  state.calls = {
    turnPath: turnPath(frame.path, state.turn),
    calls: answer.calls,
    results: answer.calls.map(() => null),
    running: new Map(),
    made: new Set(),
    next: 0,
    seen: 0,
    repaired: false,
    fatal: null,
  };
  workOff(run, frame);
}

/** Text without a tool call means the finish that it spells out, else `finish("done", text)`, where that is allowed. */
function takeText(run: Run, frame: OpFrame<Act>, answer: ModelAnswer, result: TaskResult): void {
  const { text } = answer;
  const state = loopOf(frame);
  if (text.trim() === "") return retryEmpty(run, frame, { answer, again: () => again(run, frame) });
  const args = spelledOut(text) ?? { key: "done", value: text };
  const finish = finishOf(frame, args);
  if (finish.kind === "ok") {
    recordSynthetic(run, frame, { tool: "finish", args: canonical({ ...args, key: finish.key }), result: "", us: result.endUs });
    return finished(run, frame, finish);
  }
  state.messages.push({ role: "assistant", parts: textParts(text), calls: [] });
  const correction = `${finish.message}. Call finish with a key and a value.`;
  if (!repair(run, frame, finish, correction)) return;
  state.messages.push({ role: "user", parts: textParts(correction) });
  again(run, frame);
}

/** Works off the calls of a turn as far as it can; when all have a result, the conversation goes on. */
function workOff(run: Run, frame: OpFrame<Act>): void {
  const state = loopOf(frame);
  const { calls } = state;
  if (!calls) throw bug(`${frame.path} has no calls`);
  while (!frame.cancelled && !calls.fatal && calls.next < calls.calls.length) {
    const call = calls.calls[calls.next];
    if (call?.name === "finish") {
      if (calls.running.size > 0) return;
      const finish = takeFinish(run, frame, calls, call.args);
      if (finish.kind === "ok") return finished(run, frame, finish);
      if (!calls.repaired && !repair(run, frame, finish, rejection(finish))) return;
      calls.repaired = true;
    } else if (call && !guardedCall(run, frame, calls, call)) return;
    calls.next += 1;
  }
  if (calls.running.size > 0) return;
  if (frame.cancelled) return end(run, frame, cancelledAt(frame));
  if (calls.fatal) return end(run, frame, { kind: "failed", failure: calls.fatal });
  guardedResults(run, frame, calls);
  tellResults(frame, calls);
  if (calls.repaired) again(run, frame);
  else turn(run, frame);
}

/** Runs a tool call, hands it out, or skips it. False: it has to wait until those before it have ended. */
function guardedCall(run: Run, frame: OpFrame<Act>, calls: TurnCalls, call: TurnCalls["calls"][number]): boolean {
  if (mustWait(run, frame, calls)) return false;
  const skipped = skipNote(run, frame, calls);
  if (skipped === null) return callTool(run, frame, calls, call);
  noteSkipped(run, frame, calls, { call, text: skipped });
  return true;
}

function takeFinish(run: Run, frame: OpFrame<Act>, calls: TurnCalls, raw: string): Finish {
  const finish = finishOf(frame, parseArgs(raw));
  const refused = finish.kind === "rejected" ? finish : null;
  if (refused) calls.results[calls.next] = rejection(refused);
  const path = toolPath(calls.turnPath, calls.next + 1);
  recordFinish(run, frame, path, { raw, result: calls.results[calls.next] ?? "", refused });
  return finish;
}

type Rejected = Finish & { readonly kind: "rejected" };

/** Spends a repair turn on a finish that does not hold; false when there is none left, and then the op has failed. */
function repair(run: Run, frame: OpFrame<Act>, finish: Rejected, correction: string): boolean {
  const state = loopOf(frame);
  if (state.repairsLeft === 0) {
    failTalk(run, frame, finish.code, finish.message);
    return false;
  }
  state.repairsLeft -= 1;
  recordRepair(run, frame, { kind: "schema_retry", errors: finish.message, correction });
  return true;
}

/** What a model is told of a finish that does not hold, in place of a result. */
function rejection({ message }: Rejected): string {
  return `[rejected: ${message}]`;
}

function tellResults(frame: OpFrame<Act>, calls: TurnCalls): void {
  const state = loopOf(frame);
  for (const [index, result] of calls.results.entries()) {
    state.messages.push({ role: "tool", call: `t${state.turn}.${index + 1}`, parts: textParts(result ?? "") });
  }
  state.calls = null;
}

function finished(run: Run, frame: OpFrame<Act>, finish: { key: string; value: Json }): void {
  end(run, frame, ok(finish.key, finish.value));
}
