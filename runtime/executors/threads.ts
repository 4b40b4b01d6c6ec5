import { availableParallelism } from "node:os";
import { MessageChannel } from "node:worker_threads";
import type { Piscina } from "piscina";
import type { HostData } from "../3-task/run-task.ts";
import { type ModelTask, type OwnCode, type PermittedTool, runsOwnCode, type TaskResult, type ThreadTask } from "../3-task/task.ts";
import { endedOutside, timedOut } from "./ended.ts";
import type { Executor, TaskWatch } from "./executor.ts";
import { type IoThreadOptions, type IoThreads, startIoThreads, usualIoThreads } from "./io-threads.ts";
import { packed } from "./packed.ts";
import { type LazyPool, lazyPool } from "./pool.ts";
import type { Envelope } from "./protocol.ts";

/** What the threads for code of the project need. */
export interface CodeThreadOptions {
  readonly bundles: HostData["bundles"];
  /** Threads for workers and tools of the project; each runs one task at a time. */
  readonly cpuThreads: number;
}

export interface ThreadOptions extends IoThreadOptions, CodeThreadOptions {}

/** The usual number of threads for worker code on this machine. */
export const usualCpuThreads = Math.max(1, availableParallelism() - 1);

/** The usual numbers of threads on this machine. */
export const usualThreads = { ioThreads: usualIoThreads, cpuThreads: usualCpuThreads };

/** Runs tasks on threads of its own. */
export function threadExecutor({ bundles, cpuThreads, ...io }: ThreadOptions): Executor {
  return executorOn(startIoThreads(io), { bundles, cpuThreads });
}

/**
 * Runs tasks on two pools of threads: `io` for models and built-in tools, many at a time; `cpu` for code of the project, workers and
 * tools, one at a time, with an empty environment.
 *
 * T1 a pool starts with its first task, or at once where there is something to warm up.
 * T2 a thread that dies fails the tasks that it held as `worker-died`, and no others.
 * T3 an io task is cancelled inside its thread; a cpu task by ending its thread, which also ends one that is too slow.
 * T4 time for a cpu task counts from when it began on its thread.
 * T5 after `close` every task ends as `cancelled`.
 */
export function executorOn(io: IoThreads, { bundles, cpuThreads }: CodeThreadOptions): Executor {
  const { projectDir, clock, cancels, nowUs } = io;
  const closing = new AbortController();
  const data = { env: {}, projectDir, bundles, clock, cancels: cancels.name, warm: [], runsCode: true };
  const cpu = lazyPool(data, { min: 1, max: cpuThreads, tasks: 1 }, () => {});
  const runner: Runner = { nowUs, env: io.env, closing: closing.signal, nextId: counter(), cancels, watchers: io.watchers };
  return {
    run: (task, signal, watch = {}) => {
      if (runsOwnCode(task)) return runCpu(task, cpu.get, signal, { ...runner, ...watch });
      return runIo(task, io.pool.get, signal, { ...runner, ...watch });
    },
    close: async () => {
      closing.abort();
      await Promise.all([io.close(), cpu.close()]);
    },
  };
}

interface Runner extends TaskWatch {
  readonly nowUs: () => number;
  readonly env: HostData["env"];
  readonly closing: AbortSignal;
  readonly nextId: () => number;
  readonly cancels: IoThreads["cancels"];
  readonly watchers: IoThreads["watchers"];
}

type Pool = LazyPool["get"];

async function runIo(task: ModelTask | PermittedTool, open: Pool, signal: AbortSignal, runner: Runner): Promise<TaskResult> {
  const startUs = runner.nowUs();
  const isCancelled = () => signal.aborted || runner.closing.aborted;
  if (isCancelled()) return cancelled(task, startUs, runner);
  const id = runner.nextId();
  const cancel = () => runner.cancels.send(id);
  signal.addEventListener("abort", cancel, { once: true });
  if (runner.onDelta) runner.watchers.watch(id, runner.onDelta);
  try {
    return await submit(open, { id, ...packed(task), begun: null, env: null, isWatched: runner.onDelta !== undefined }, {});
  } catch (error) {
    return isCancelled() ? cancelled(task, startUs, runner) : died(task, error, startUs, runner);
  } finally {
    signal.removeEventListener("abort", cancel);
    runner.cancels.forget(id);
    runner.watchers.forget(id);
  }
}

/** Where no thread starts at all, the reason is what the last one said, not that its task was dropped. */
async function submit(open: Pool, envelope: Envelope, options: Parameters<Piscina["run"]>[1]): Promise<TaskResult> {
  const { pool, lastError } = await open();
  try {
    return await pool.run(envelope, options);
  } catch (error) {
    throw pool.threads.length === 0 ? (lastError() ?? error) : error;
  }
}

/** Piscina's own signal ends the thread, which is what a task that has its thread to itself needs. */
async function runCpu(task: OwnCode, open: Pool, signal: AbortSignal, runner: Runner): Promise<TaskResult> {
  const startUs = runner.nowUs();
  const stop = new AbortController();
  const late = lateness(task.timeoutMs, stop, runner.onBegun);
  const cancel = () => stop.abort();
  const isCancelled = () => signal.aborted || runner.closing.aborted;
  signal.addEventListener("abort", cancel, { once: true });
  try {
    if (isCancelled()) return cancelled(task, startUs, runner);
    runner.onQueued?.();
    const envelope = { id: runner.nextId(), task, messages: [], begun: late.port, env: namedBy(task, runner.env), isWatched: false };
    return await submit(open, envelope, { signal: stop.signal, transferList: [late.port] });
  } catch (error) {
    if (isCancelled()) return cancelled(task, startUs, runner);
    return late.isLate() ? endedOutside(task, timedOut(task), startUs, runner.nowUs()) : died(task, error, startUs, runner);
  } finally {
    signal.removeEventListener("abort", cancel);
    late.end();
  }
}

/** The variables that a tool may use, and those whose values leave its answer. A worker has none. */
function namedBy(task: OwnCode, env: HostData["env"]): HostData["env"] | null {
  if (task.kind === "code") return null;
  const names = new Set([...task.permit.env, ...task.secrets]);
  return Object.fromEntries(Object.entries(env).filter(([name]) => names.has(name)));
}

/** Stops a task when it has run too long, counted from when its thread says that it began. */
function lateness(timeoutMs: number, stop: AbortController, onBegun: TaskWatch["onBegun"]) {
  const { port1, port2 } = new MessageChannel();
  let timer: NodeJS.Timeout | undefined;
  let isLate = false;
  port1.once("message", () => {
    onBegun?.();
    timer = setTimeout(() => {
      isLate = true;
      stop.abort();
    }, timeoutMs);
  });
  const end = () => {
    clearTimeout(timer);
    port1.close();
  };
  return { port: port2, isLate: () => isLate, end };
}

function cancelled(task: ThreadTask, startUs: number, { nowUs }: Runner): TaskResult {
  return endedOutside(task, { code: "cancelled", message: "the step was cancelled" }, startUs, nowUs());
}

function died(task: ThreadTask, error: unknown, startUs: number, { nowUs }: Runner): TaskResult {
  const reason = error instanceof Error ? error.message : String(error);
  return endedOutside(task, { code: "worker-died", message: `the thread of the step ended: ${reason}` }, startUs, nowUs());
}

function counter(): () => number {
  let last = 0;
  return () => ++last;
}
