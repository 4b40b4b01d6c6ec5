import { evaluate } from "../../../compiler/ir/eval.ts";
import { canonical, toText } from "../../../compiler/ir/json.ts";
import type { Wait } from "../../../compiler/ir/ops.ts";
import { show } from "../../../compiler/ir/types.ts";
import { bug } from "../../../compiler/ir/unreachable.ts";
import { plainType } from "../../3-task/content-key.ts";
import type { TaskResult, WaitTask } from "../../3-task/task.ts";
import { askingStep } from "../asking-step.ts";
import { dispatch, failWith, outcomeOf } from "../conversation.ts";
import { envOf } from "../env.ts";
import type { OpFrame, Run } from "../frames.ts";
import { coerce } from "../keys.ts";
import { contentKey, record, spanOf, taskDetail } from "../record.ts";
import { fail, settle } from "../run-body.ts";
import { ok, type Recorded } from "../types.ts";
import { type Handler, noBody } from "./handler.ts";

/** A question to a person. */
export const wait: Handler<Wait> = {
  start(run, frame) {
    const env = envOf(frame.body);
    const { deadline } = frame.op;
    const task: WaitTask = {
      kind: "wait",
      path: frame.path,
      step: askingStep(run, frame),
      channel: toText(evaluate(frame.op.channel, env)),
      question: evaluate(frame.op.question, env),
      answer: frame.op.answer,
      deadline: deadline && { afterMs: deadline.afterMs, default: evaluate(deadline.default, env) },
    };
    run.commands.push({ kind: "record", ...askedRecord(run, frame, task) });
    dispatch(run, frame, task);
  },
  task(run, frame, path, result) {
    const task = run.sent.get(path);
    if (task?.kind !== "wait") throw bug(`${path} is no question`);
    recordWait(run, frame, task, result);
    frame.lastSpan = path;
    if (result.kind === "failed") return failWith(run, frame, result);
    if (result.answer.kind !== "wait") throw bug(`${path} was answered by a ${result.answer.kind}`);
    const value = coerce(result.answer.value, frame.op.answer);
    if (value === undefined) return fail(run, frame, { code: "schema", message: `the answer is not of type ${show(frame.op.answer)}` });
    settle(run, frame, ok("done", value));
  },
  body: noBody,
};

/** Tells that a question stands: what an inbox shows, and what a deadline counts from. */
function askedRecord(run: Run, frame: OpFrame, task: WaitTask): Recorded {
  const { path, channel, question, answer, deadline } = task;
  const detail = canonical({
    answer: plainType(answer),
    ...(deadline ? { deadline: { after_ms: deadline.afterMs, default: deadline.default } } : {}),
  });
  const event = { kind: "wait_asked", path, parent: spanOf(frame), key: channel, content_key: contentKey(run, task), detail } as const;
  return { event, texts: { input_hash: toText(question) }, messages: null };
}

/** The same of a question in flight that was withdrawn once, when it is asked again. */
export function askedAgain(run: Run, task: WaitTask): readonly Recorded[] {
  const frame = run.tasks.get(task.path);
  return frame ? [askedRecord(run, frame, task)] : [];
}

function recordWait(run: Run, frame: OpFrame<Wait>, task: WaitTask, result: TaskResult): void {
  const answer = result.kind === "ok" && result.answer.kind === "wait" ? result.answer : null;
  const event = {
    kind: "wait_answer",
    path: task.path,
    parent: spanOf(frame),
    prev: frame.lastSpan,
    name: `wait:${task.channel}`,
    span_kind: "wait",
    start_us: result.startUs,
    end_us: result.endUs,
    thread: result.thread,
    ...outcomeOf(result),
    key: task.channel,
    content_key: contentKey(run, task),
    ...taskDetail(run, task, result),
  } as const;
  const texts = { input_hash: toText(task.question), ...(answer ? { value_hash: canonical(answer.value) } : {}) };
  record(run, event, texts);
  const detail = canonical({ decision: "deadline" });
  if (answer?.by === "deadline") record(run, { kind: "decision", path: task.path, status: "ok", message: "the deadline passed", detail });
}
