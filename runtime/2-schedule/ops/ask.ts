import { canonical, type Json } from "../../../compiler/ir/json.ts";
import type { Ask } from "../../../compiler/ir/ops.ts";
import { jsonSchema, show } from "../../../compiler/ir/types.ts";
import { bug } from "../../../compiler/ir/unreachable.ts";
import { type ModelAnswer, type TaskResult, textParts } from "../../3-task/task.ts";
import { answered, begin, end, failTalk, inputOf, loopOf, recordRepair, recordSynthetic, retryEmpty } from "../conversation.ts";
import type { OpFrame, Run } from "../frames.ts";
import { coerce } from "../keys.ts";
import { request } from "../requests.ts";
import { ok } from "../types.ts";
import { type Handler, noBody } from "./handler.ts";

/** One model call, with repairs where the answer is empty or of the wrong type. */
export const ask: Handler<Ask> = {
  start(run, frame) {
    begin(run, frame, inputOf(frame));
    send(run, frame);
  },
  task(run, frame, path, result) {
    const task = run.sent.get(path);
    if (task?.kind !== "model") throw bug(`${path} is no model request`);
    if (loopOf(frame).turn === 1) recordSynthetic(run, frame, { tool: "start", args: "{}", result: inputOf(frame), us: result.startUs });
    const answer = answered(run, frame, task, result);
    if (answer) take(run, frame, answer, result);
  },
  body: noBody,
};

function send(run: Run, frame: OpFrame<Ask>): void {
  request(run, frame, { tools: [], output: frame.op.output.kind === "text" ? null : jsonSchema(frame.op.output) });
}

function take(run: Run, frame: OpFrame<Ask>, answer: ModelAnswer, result: TaskResult): void {
  const state = loopOf(frame);
  if (answer.text.trim() === "") return retryEmpty(run, frame, { answer, again: () => send(run, frame) });
  const value = coerce(answer.text, frame.op.output);
  if (value !== undefined) return finish(run, frame, value, result);
  const wrong = `the answer is not of type ${show(frame.op.output)}`;
  if (state.repairsLeft === 0) return failTalk(run, frame, "schema", wrong);
  state.repairsLeft -= 1;
  const correction = `${wrong}. Answer again, with JSON of that type only.`;
  recordRepair(run, frame, { kind: "schema_retry", errors: wrong, correction });
  state.messages.push({ role: "assistant", parts: textParts(answer.text), calls: [] });
  state.messages.push({ role: "user", parts: textParts(correction) });
  send(run, frame);
}

function finish(run: Run, frame: OpFrame<Ask>, value: Json, result: TaskResult): void {
  const args = canonical({ key: "done", value });
  recordSynthetic(run, frame, { tool: "finish", args, result: "", us: result.endUs });
  end(run, frame, ok("done", value));
}
