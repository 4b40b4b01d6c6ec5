import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
import type { Piscina } from "piscina";
import type { TaskResult } from "../3-task/task.ts";
import { type Envelope, isListening, type ThreadData } from "./protocol.ts";

/** A pool of threads that run envelopes. */
export interface OpenPool {
  readonly pool: Piscina<Envelope, TaskResult>;
  /** Why the last thread ended that held no task; null where none did. */
  readonly lastError: () => Error | null;
  /** Waits until a thread has loaded what it runs, or has ended: Node aborts where it is told to end a thread that is loading. */
  readonly booted: (thread: Worker) => Promise<void>;
}

export interface PoolSize {
  readonly min: number;
  readonly max: number;
  /** How many tasks a thread holds at a time. */
  readonly tasks: number;
}

/** A pool that is opened when it is first asked for. */
export interface LazyPool {
  readonly get: () => Promise<OpenPool>;
  /** Ends its threads, if it was opened. */
  readonly close: () => Promise<void>;
}

/** A pool for later. `onMessage` gets what its threads post. */
export function lazyPool(data: ThreadData, size: PoolSize, onMessage: (message: unknown) => void): LazyPool {
  let made: Promise<OpenPool> | undefined;
  return {
    get: () => {
      made ??= openPool(data, size, onMessage);
      return made;
    },
    close: async () => {
      const open = await made;
      if (!open) return;
      await Promise.all(open.pool.threads.map((thread) => open.booted(thread)));
      await open.pool.destroy();
    },
  };
}

async function openPool(data: ThreadData, size: PoolSize, onMessage: (message: unknown) => void): Promise<OpenPool> {
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
  const listeningThreads = new Set<number>();
  pool.on("message", (message: unknown) => {
    if (isListening(message)) listeningThreads.add(message.listening);
    onMessage(message);
  });
  pool.on("error", (error: Error) => {
    lastError = error;
    // Piscina gives up when a new thread fails at once, and would leave what waits for it waiting.
    if (pool.threads.length === 0) void pool.destroy();
  });
  const booted = (thread: Worker) =>
    new Promise<void>((resolve) => {
      if (listeningThreads.has(thread.threadId)) return resolve();
      thread.ref(); // else the process could end before the thread is heard
      thread.once("message", () => resolve()).once("exit", () => resolve());
    });
  return { pool, lastError: () => lastError, booted };
}

/** The worker lies beside this file: bundled, or in the source behind an entry that reads TypeScript. */
function entry(): string {
  const name = import.meta.url.endsWith(".ts") ? "./from-source.mjs" : "./worker.js";
  return fileURLToPath(new URL(name, import.meta.url));
}
