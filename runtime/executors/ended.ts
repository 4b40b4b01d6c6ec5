import type { CodeTask, TaskResult, ThreadTask } from "../3-task/task.ts";

/** What is said of worker code that took too long. */
export function timedOut(task: CodeTask): string {
  return `worker ${task.worker} took longer than ${task.timeoutMs} ms and was stopped`;
}

/** A task that ended before any thread could say when and how. */
export function endedOutside(
  task: ThreadTask,
  ending: { readonly code: "worker-died" | "cancelled" | "code"; readonly message: string },
  startUs: number,
  endUs: number,
): TaskResult {
  return { kind: "failed", ...ending, details: { kind: task.kind }, startUs, endUs, thread: 0, attempts: [] };
}
