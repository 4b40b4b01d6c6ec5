import { type HostData, runTask, type TaskHost, taskHost, watched } from "../3-task/run-task.ts";
import { type OwnCode, runsOwnCode, type TaskResult } from "../3-task/task.ts";
import { timedOut } from "./ended.ts";
import type { Executor } from "./executor.ts";

/**
 * Runs tasks in this thread: for tests and for hosts without threads. Worker code that never yields cannot be stopped
 * here, and what it prints is not labelled.
 */
export function inlineExecutor(data: HostData): Executor {
  const host = taskHost(data, 0);
  const closing = new AbortController();
  return {
    run: (task, signal, watch) => {
      const either = AbortSignal.any([signal, closing.signal]);
      // What crosses a thread is a copy; here it is made, so that no worker can change what others hold.
      return runsOwnCode(task) ? withTimeout(structuredClone(task), host, either) : runTask(task, watched(host, watch?.onDelta), either);
    },
    close: async () => closing.abort(),
  };
}

async function withTimeout(task: OwnCode, host: TaskHost, signal: AbortSignal): Promise<TaskResult> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), task.timeoutMs);
  const result = await runTask(task, host, AbortSignal.any([signal, timeout.signal]));
  clearTimeout(timer);
  const isLate = timeout.signal.aborted && !signal.aborted && result.kind === "failed" && result.code === "cancelled";
  return isLate ? { ...result, ...timedOut(task) } : result;
}
