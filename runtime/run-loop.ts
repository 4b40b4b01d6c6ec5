import pLimit from "p-limit";
import type { Failure } from "../compiler/ir/failure.ts";
import type { Path } from "../compiler/ir/path.ts";
import type { Run } from "./2-schedule/frames.ts";
import { advance, createRun, type RunOptions } from "./2-schedule/index.ts";
import type { Command, Recorded, Settled } from "./2-schedule/types.ts";
import type { RunModel, Task, TaskResult } from "./3-task/task.ts";
import type { TraceEvent } from "./4-trace/columns.ts";
import type { Recorder } from "./4-trace/recorder.ts";
import { type Asker, nobody, waitResult } from "./asker.ts";
import type { Executor } from "./executors/executor.ts";
import type { Blobs } from "./session/blobs.ts";
import { artifactResult } from "./session/fetch.ts";

export interface LoopOptions extends RunOptions {
  readonly recorder: Recorder;
  readonly executor: Executor;
  /** Where the bytes of artifacts are. They are kept before the row that tells of them is written. */
  readonly blobs: Blobs;
  /** Model calls under way at once, per model. */
  readonly concurrency: number;
  /** Who answers questions to people. Default: nobody. */
  readonly asker?: Asker;
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
  /** Aborting it stops the run: nothing new starts, what is in flight is cancelled, and the run ends `cancelled`. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: TraceEvent) => void;
}

/** Drives a run: hands the scheduler's tasks to the executor, its records to the trace, and answers back. Rejects only where the trace cannot be written. */
export function runLoop(options: LoopOptions): Promise<Settled> {
  return new Promise((resolve, reject) => {
    const running = new Map<Path, AbortController>();
    const start = starter(options);
    let broken = false;

    const apply = (run: Run, commands: readonly Command[]) => {
      for (const command of commands) obey(run, command);
    };
    const guarded = (step: () => void) => {
      if (broken) return;
      try {
        step();
      } catch (error) {
        broken = true;
        for (const controller of running.values()) controller.abort();
        reject(error);
      }
    };
    const obey = (run: Run, command: Command) => {
      if (command.kind === "record") return writeRecord(options, command);
      if (command.kind === "keep") return options.blobs.keep(command.digest, command.bytes);
      if (command.kind === "cancel") return running.get(command.path)?.abort();
      if (command.kind === "ended") return resolve(command.settled);
      launch(run, command.task);
    };
    const launch = (run: Run, task: Task) => {
      const controller = new AbortController();
      running.set(task.path, controller);
      const answer = start(task, controller.signal);
      const settled = (result: TaskResult) => {
        running.delete(task.path);
        guarded(() => apply(run, advance(run, { kind: "settled", path: task.path, result })));
      };
      answer.then(settled, (error) =>
        guarded(() => {
          throw error;
        }),
      );
    };

    guarded(() => {
      const { run, commands } = createRun(options);
      const stop = () => guarded(() => apply(run, advance(run, { kind: "stop", reason: "interrupted" })));
      options.signal.addEventListener("abort", stop, { once: true });
      apply(run, commands);
      if (options.signal.aborted) stop();
    });
  });
}

function writeRecord({ recorder, onEvent }: LoopOptions, { event, texts, messages }: Recorded): void {
  const hashes = Object.fromEntries(Object.entries(texts).map(([column, text]) => [column, recorder.text(text)]));
  const said: TraceEvent = { ...event, ...hashes, ...(messages ? { input_hash: recorder.messages(messages) } : {}) };
  recorder.event(said);
  onEvent(said);
}

/** Starts tasks where they belong: questions with the asker, one at a time; artifacts are read here; all else with the executor, model calls within their limits. */
function starter(options: LoopOptions): (task: Task, signal: AbortSignal) => Promise<TaskResult> {
  const limitFor = limiters(options.concurrency);
  const oneAtATime = pLimit(1);
  return (task, signal) => {
    if (task.kind === "wait") return oneAtATime(() => waitResult(options.asker ?? nobody, task, signal, options.nowUs));
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

/** A failure in one line for people. */
export function failureLine(failure: Failure): string {
  return `${failure.message} (${failure.code} at ${failure.path})`;
}
