import { evaluate } from "../../../compiler/ir/eval.ts";
import { canonical, type Json } from "../../../compiler/ir/json.ts";
import type { Code } from "../../../compiler/ir/ops.ts";
import { accepts, show } from "../../../compiler/ir/types.ts";
import { bug } from "../../../compiler/ir/unreachable.ts";
import type { TaskResult } from "../../3-task/task.ts";
import { read } from "../../session/memory.ts";
import { dispatch, failWith, outcomeOf } from "../conversation.ts";
import { envOf } from "../env.ts";
import type { OpFrame, Run } from "../frames.ts";
import { coerce } from "../keys.ts";
import { contentKey, record, spanOf, taskDetail } from "../record.ts";
import { fail, settle } from "../run-body.ts";
import { ok } from "../types.ts";
import { type Handler, noBody } from "./handler.ts";

/** A deterministic worker: typed input in, typed value out. */
export const code: Handler<Code> = {
  start(run, frame) {
    const worker = workerOf(run, frame);
    const given = evaluate(frame.op.input, envOf(frame.body));
    const input = coerce(given, worker.input);
    if (input === undefined)
      return fail(run, frame, { code: "schema", message: `the worker's input is not of type ${show(worker.input)}: ${shown(given)}` });
    const memory = Object.fromEntries(worker.reads.map((key) => [key, read(frame.memory, key) ?? null]));
    dispatch(run, frame, {
      kind: "code",
      path: frame.path,
      worker: frame.op.worker,
      bundle: worker.bundle,
      input,
      memory,
      timeoutMs: worker.timeoutMs,
    });
  },
  task(run, frame, path, result) {
    recordCode(run, frame, path, result);
    frame.lastSpan = path;
    if (result.kind === "failed") return failWith(run, frame, result);
    if (result.answer.kind !== "code") throw bug(`${path} was answered by a ${result.answer.kind}`);
    const { output } = workerOf(run, frame);
    const { value } = result.answer;
    if (!accepts(output, value))
      return fail(run, frame, { code: "schema", message: `the worker's value is not of type ${show(output)}: ${shown(value)}` });
    settle(run, frame, ok(result.answer.key, result.answer.value));
  },
  body: noBody,
};

function recordCode(run: Run, frame: OpFrame<Code>, path: string, result: TaskResult): void {
  const task = run.sent.get(path);
  if (task?.kind !== "code") throw bug(`${path} is no code task`);
  const answer = result.kind === "ok" && result.answer.kind === "code" ? result.answer : null;
  record(
    run,
    {
      kind: "code_call",
      path,
      parent: spanOf(frame),
      prev: frame.lastSpan,
      name: `code:${frame.op.worker}`,
      span_kind: "code",
      tool_name: frame.op.worker,
      start_us: result.startUs,
      end_us: result.endUs,
      thread: result.thread,
      ...outcomeOf(result),
      key: answer?.key ?? null,
      content_key: contentKey(run, task),
      ...taskDetail(run, task, result),
    },
    { input_hash: canonical(task.input), ...(answer ? { value_hash: canonical(answer.value) } : {}) },
  );
}

function shown(value: Json): string {
  const text = canonical(value);
  return text.length > 80 ? `${text.slice(0, 80).toWellFormed()}...` : text;
}

function workerOf(run: Run, frame: OpFrame<Code>): (typeof run.plan.workers)[string] {
  const worker = run.plan.workers[frame.op.worker];
  if (!worker) throw bug(`the plan has no worker ${frame.op.worker}`);
  return worker;
}
