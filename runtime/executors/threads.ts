import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { BroadcastChannel, MessageChannel } from "node:worker_threads";
import type { Piscina } from "piscina";
import { readClock } from "../3-task/clock.ts";
import type { HostData } from "../3-task/run-task.ts";
import type { CodeTask, ModelTask, PermittedTool, TaskResult, ThreadTask } from "../3-task/task.ts";
import type { Executor } from "./executor.ts";
import { endedOutside, timedOut } from "./inline.ts";
import type { Envelope, ThreadData } from "./protocol.ts";

export interface ThreadOptions extends HostData {
  /** Threads for model and tool tasks. */
  readonly ioThreads: number;
  /** Threads for worker code; each runs one task at a time. */
  readonly cpuThreads: number;
  /** Providers that the run will use: their threads start and load them at once. */
  readonly warm: readonly string[];
}

/** How many tasks an io thread holds at a time: more than a run ever has in flight, so that none waits in the pool. */
const tasksPerIoThread = 100_000;

/** The usual numbers of threads on this machine. */
export const usualThreads = { ioThreads: 1, cpuThreads: Math.max(1, availableParallelism() - 1) };

/**
 * Runs tasks on two pools of threads: `io` for models and tools, many at a time; `cpu` for worker code, one at a time,
 * with an empty environment.
 *
 * T1 a pool starts with its first task, or at once where there is something to warm up.
 * T2 a thread that dies fails the tasks that it held as `worker-died`, and no others.
 * T3 an io task is cancelled inside its thread; a cpu task by ending its thread, which also ends one that is too slow.
 * T4 time for a cpu task counts from when it began on its thread.
 * T5 after `close` every task ends as `cancelled`.
 */
export function threadExecutor(options: ThreadOptions): Executor {
  const closing = new AbortController();
  const cancels = cancelChannel();
  const data: ThreadData = { ...hostData(options), cancels: cancels.name, warm: options.warm, runsCode: false };
  const io = once(() => openPool(data, { min: options.ioThreads, max: options.ioThreads, tasks: tasksPerIoThread }, cancels.repeat));
  const cpu = once(() => openPool({ ...data, env: {}, warm: [], runsCode: true }, { min: 1, max: options.cpuThreads, tasks: 1 }, () => {}));
  const runner: Runner = { nowUs: readClock(options.clock), closing: closing.signal, nextId: counter(), cancels };
  if (options.warm.length > 0) io.get().catch(() => undefined);
  return {
    run: (task, signal) => (task.kind === "code" ? runCpu(task, cpu.get, signal, runner) : runIo(task, io.get, signal, runner)),
    close: async () => {
      closing.abort();
      await Promise.all([io, cpu].map(async (pool) => (await pool.made())?.pool.destroy()));
      cancels.close();
    },
  };
}

interface Runner {
  readonly nowUs: () => number;
  readonly closing: AbortSignal;
  readonly nextId: () => number;
  readonly cancels: CancelChannel;
}

interface OpenPool {
  readonly pool: Piscina<Envelope, TaskResult>;
  /** Why the last thread ended that held no task; null where none did. */
  readonly lastError: () => Error | null;
}

type Pool = () => Promise<OpenPool>;

async function runIo(task: ModelTask | PermittedTool, open: Pool, signal: AbortSignal, runner: Runner): Promise<TaskResult> {
  const startUs = runner.nowUs();
  const isCancelled = () => signal.aborted || runner.closing.aborted;
  if (isCancelled()) return cancelled(task, startUs, runner);
  const id = runner.nextId();
  const cancel = () => runner.cancels.send(id);
  signal.addEventListener("abort", cancel, { once: true });
  try {
    return await submit(open, { id, task, begun: null }, {});
  } catch (error) {
    return isCancelled() ? cancelled(task, startUs, runner) : died(task, error, startUs, runner);
  } finally {
    signal.removeEventListener("abort", cancel);
    runner.cancels.forget(id);
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
async function runCpu(task: CodeTask, open: Pool, signal: AbortSignal, runner: Runner): Promise<TaskResult> {
  const startUs = runner.nowUs();
  const stop = new AbortController();
  const late = lateness(task.timeoutMs, stop);
  const cancel = () => stop.abort();
  const isCancelled = () => signal.aborted || runner.closing.aborted;
  signal.addEventListener("abort", cancel, { once: true });
  try {
    if (isCancelled()) return cancelled(task, startUs, runner);
    const envelope = { id: runner.nextId(), task, begun: late.port };
    return await submit(open, envelope, { signal: stop.signal, transferList: [late.port] });
  } catch (error) {
    if (isCancelled()) return cancelled(task, startUs, runner);
    return late.isLate()
      ? endedOutside(task, { code: "code", message: timedOut(task) }, startUs, runner.nowUs())
      : died(task, error, startUs, runner);
  } finally {
    signal.removeEventListener("abort", cancel);
    late.end();
  }
}

/** Stops a task when it has run too long, counted from when its thread says that it began. */
function lateness(timeoutMs: number, stop: AbortController) {
  const { port1, port2 } = new MessageChannel();
  let timer: NodeJS.Timeout | undefined;
  let isLate = false;
  port1.once("message", () => {
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

interface PoolSize {
  readonly min: number;
  readonly max: number;
  readonly tasks: number;
}

async function openPool(data: ThreadData, size: PoolSize, onListening: () => void): Promise<OpenPool> {
  const { Piscina } = await import("piscina");
  const pool = new Piscina<Envelope, TaskResult>({
    filename: entry(),
    minThreads: size.min,
    maxThreads: size.max,
    concurrentTasksPerWorker: size.tasks,
    idleTimeout: Number.POSITIVE_INFINITY,
    atomics: "disabled",
    env: { ...data.env },
    workerData: data,
  });
  let lastError: Error | null = null;
  pool.on("message", onListening);
  pool.on("error", (error: Error) => {
    lastError = error;
    // Piscina gives up when a new thread fails at once, and would leave what waits for it waiting.
    if (pool.threads.length === 0) void pool.destroy();
  });
  return { pool, lastError: () => lastError };
}

/** The worker lies beside this file: bundled, or in the source behind an entry that reads TypeScript. */
function entry(): string {
  const name = import.meta.url.endsWith(".ts") ? "./from-source.mjs" : "./worker.js";
  return fileURLToPath(new URL(name, import.meta.url));
}

function hostData({ env, projectDir, bundles, clock }: HostData): HostData {
  return { env, projectDir, bundles, clock };
}

/** Tells all threads which tasks are cancelled; what a thread that is just starting missed is said again. */
interface CancelChannel {
  readonly name: string;
  readonly send: (id: number) => void;
  readonly forget: (id: number) => void;
  readonly repeat: () => void;
  readonly close: () => void;
}

function cancelChannel(): CancelChannel {
  const name = `tama-cancel-${process.pid}-${process.hrtime.bigint()}`;
  const channel = new BroadcastChannel(name);
  const pending = new Set<number>();
  channel.unref();
  return {
    name,
    send: (id) => {
      pending.add(id);
      channel.postMessage(id);
    },
    forget: (id) => void pending.delete(id),
    repeat: () => {
      for (const id of pending) channel.postMessage(id);
    },
    close: () => channel.close(),
  };
}

function once<T>(make: () => Promise<T>) {
  let made: Promise<T> | undefined;
  const get = () => {
    made ??= make();
    return made;
  };
  return { get, made: async () => made };
}

function counter(): () => number {
  let last = 0;
  return () => ++last;
}
