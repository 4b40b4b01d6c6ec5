import pLimit from "p-limit";
import type { RunModel, Task, TaskResult } from "./3-task/task.ts";
import type { Executor } from "./executors/executor.ts";
import type { Questions } from "./people/questions.ts";
import type { Blobs } from "./session/blobs.ts";
import { artifactResult } from "./session/fetch.ts";

export interface StartOptions {
  readonly executor: Executor;
  readonly blobs: Blobs;
  /** Model calls under way at once, per model. */
  readonly concurrency: number;
  readonly questions: Questions;
  readonly nowUs: () => number;
}

/** Starts tasks where they belong: questions with those of the run; artifacts are read here; all else with the executor, model calls within their limits. */
export function starter(options: StartOptions): (task: Task, signal: AbortSignal) => Promise<TaskResult> {
  const limitFor = limiters(options.concurrency);
  return (task, signal) => {
    if (task.kind === "wait") return options.questions.ask(task, signal);
    if (task.kind === "artifact") return Promise.resolve(artifactResult(options.blobs, task, options.nowUs));
    const work = () => options.executor.run(task, signal);
    return task.kind === "model" ? limitFor(task.model)(work) : work();
  };
}

type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

function limiters(concurrency: number): (model: RunModel) => Limiter {
  const byModel = new Map<string, Limiter>();
  return (model) => {
    const name = `${model.provider}:${model.name}`;
    const known = byModel.get(name);
    if (known) return known;
    const made: Limiter = pLimit(concurrency);
    byModel.set(name, made);
    return made;
  };
}
