import pLimit from "p-limit";
import { filesWrite } from "../stdlib/tools/files-write.ts";
import type { PermittedTool, RunModel, Task, TaskResult, ToolTask } from "./3-task/task.ts";
import type { Executor, TaskWatch } from "./executors/executor.ts";
import type { Questions } from "./people/questions.ts";
import { type Grants, noGrants } from "./permissions/grants.ts";
import { judge } from "./permissions/judge.ts";
import type { ActionLog } from "./session/action-log.ts";
import type { Blobs } from "./session/blobs.ts";
import { artifactResult } from "./session/fetch.ts";

export interface StartOptions {
  readonly executor: Executor;
  readonly blobs: Blobs;
  /** Model calls under way at once, per model. */
  readonly concurrency: number;
  readonly questions: Questions;
  readonly models: Readonly<Record<string, RunModel>>;
  /** What tools may do. Default: nothing beyond reading the project's files. */
  readonly grants?: Grants;
  /** The longest time that a call of a built-in tool may take. Default 120 seconds. */
  readonly toolTimeoutMs?: number;
  /** Saves what tools replace. Default: nothing is saved, and nothing can be undone. */
  readonly actions?: ActionLog;
  readonly nowUs: () => number;
}

/** How long a call of a built-in tool may take where nothing else is said. */
const usualToolTimeoutMs = 120_000;

/** Starts a task; gives what came of it. */
export type Starter = (task: Task, signal: AbortSignal, watch: TaskWatch) => Promise<TaskResult>;

/**
 * Starts tasks where they belong: questions with those of the run; artifacts are read here; all else with the executor, model calls
 * within their limits, tool calls with what they may use. A call that nobody granted is not started.
 */
export function starter(options: StartOptions): Starter {
  const limitFor = limiters(options.concurrency);
  return (task, signal, watch) => {
    if (task.kind === "wait") return options.questions.ask(task, signal);
    if (task.kind === "artifact") return Promise.resolve(artifactResult(options.blobs, task, options.nowUs));
    if (task.kind === "tool") return startTool(options, task, signal, watch);
    const work = () => options.executor.run(task, signal, watch);
    return task.kind === "model" ? limitFor(task.model)(work, watch) : work();
  };
}

/** An executor that runs side by side use: model calls of all of them together stay within their limits. It is closed by whoever made it. */
export function sharedExecutor({ run }: Executor, concurrency: number): Executor {
  const limitFor = limiters(concurrency);
  const work: Executor["run"] = (task, signal, watch = {}) =>
    task.kind === "model" ? limitFor(task.model)(() => run(task, signal, watch), watch) : run(task, signal, watch);
  return { run: work, close: async () => {} };
}

function startTool(options: StartOptions, task: ToolTask, signal: AbortSignal, watch: TaskWatch = {}): Promise<TaskResult> {
  const { grants = noGrants, toolTimeoutMs: timeoutMs = usualToolTimeoutMs, nowUs } = options;
  const judged = judge(grants, task);
  if (judged.kind === "refused") {
    const times = { startUs: nowUs(), endUs: nowUs(), thread: 0, attempts: [] };
    return Promise.resolve({ kind: "failed", code: "refused", message: judged.message, details: null, ...times });
  }
  const secrets = secretsOf(options, grants);
  const permitted: PermittedTool = { ...task, permit: judged.permit, secrets, timeoutMs: task.own?.timeoutMs ?? timeoutMs };
  const work = () => options.executor.run(permitted, signal, watch);
  if (task.own?.writes) return work().then((result) => written(options, task, result, signal));
  return options.actions ? options.actions.around(permitted, signal, work) : work();
}

/** Writes what a tool of the project's own wants written, as the built-in tool for that does. */
async function written(options: StartOptions, { path }: ToolTask, asked: TaskResult, signal: AbortSignal): Promise<TaskResult> {
  if (asked.kind !== "ok" || asked.answer.kind !== "file") return asked;
  const { file, content, text } = asked.answer;
  const result = await startTool(options, { kind: "tool", path, tool: filesWrite.name, args: { path: file, content }, own: null }, signal);
  const { startUs, thread } = asked;
  return result.kind === "ok" ? { ...result, startUs, thread, answer: { kind: "tool", text } } : { ...result, startUs, thread };
}

/** What no answer of a tool may hold: the values of granted variables, and the keys of models. */
function secretsOf({ models }: StartOptions, { env }: Grants): readonly string[] {
  const keys = Object.values(models).flatMap(({ keyEnv }) => keyEnv ?? []);
  return [...new Set([...env, ...keys])];
}

type Limiter = <T>(work: () => Promise<T>, watch: TaskWatch) => Promise<T>;

function limiters(concurrency: number): (model: RunModel) => Limiter {
  const byModel = new Map<string, Limiter>();
  return (model) => {
    const name = `${model.provider}:${model.name}`;
    const known = byModel.get(name);
    if (known) return known;
    const made = limiter(concurrency);
    byModel.set(name, made);
    return made;
  };
}

/** Lets so many work at once, and says which of the others wait. */
function limiter(concurrency: number): Limiter {
  const limit = pLimit(concurrency);
  return (work, { onQueued, onBegun }) => {
    if (limit.activeCount < concurrency) return limit(work);
    onQueued?.();
    return limit(() => {
      onBegun?.();
      return work();
    });
  };
}
