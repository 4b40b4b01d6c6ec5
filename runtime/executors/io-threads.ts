import { type Clock, readClock } from "../3-task/clock.ts";
import type { HostData } from "../3-task/run-task.ts";
import { type CancelChannel, cancelChannel } from "./cancel-channel.ts";
import { type Watchers, watchers } from "./deltas.ts";
import { type LazyPool, lazyPool } from "./pool.ts";
import { isListening } from "./protocol.ts";

export interface IoThreadOptions extends Omit<HostData, "bundles"> {
  /** Threads for model and tool tasks. */
  readonly ioThreads: number;
  /** Providers that the run will use: their threads start and load them at once. */
  readonly warm: readonly string[];
}

/** The threads for models and tools. They need no plan: a program that starts them first loads everything else meanwhile. */
export interface IoThreads {
  readonly projectDir: string;
  readonly clock: Clock;
  readonly env: HostData["env"];
  readonly nowUs: () => number;
  readonly pool: LazyPool;
  readonly cancels: CancelChannel;
  readonly watchers: Watchers;
  readonly close: () => Promise<void>;
}

/** How many tasks an io thread holds at a time: more than a run ever has in flight, so that none waits in the pool. */
const tasksPerThread = 100_000;

/** The usual number of threads for models and tools: waiting for servers needs no more than one. */
export const usualIoThreads = 1;

/** Threads for models and tools, which start now where there is something to warm up, else with their first task. */
export function startIoThreads({ ioThreads, warm, ...host }: IoThreadOptions): IoThreads {
  const { projectDir, clock, env } = host;
  const [cancels, watching] = [cancelChannel(), watchers()];
  const data = { ...host, bundles: {}, cancels: cancels.name, warm, runsCode: false };
  const pool = lazyPool(data, { min: ioThreads, max: ioThreads, tasks: tasksPerThread }, (message) => {
    if (isListening(message)) cancels.repeat();
    else watching.take(message);
  });
  if (warm.length > 0) pool.get().catch(() => undefined);
  const close = async () => {
    await pool.close();
    cancels.close();
  };
  return { projectDir, clock, env, nowUs: readClock(clock), pool, cancels, watchers: watching, close };
}
