import type { OwnCode, TaskResult, ThreadTask } from "../3-task/task.ts";

/** How code of the project ends that took too long: a worker's step has failed, a tool's model is told. */
export function timedOut(task: OwnCode): { readonly code: "code" | "tool"; readonly message: string } {
  const name = task.kind === "code" ? `worker ${task.worker}` : `tool ${task.tool}`;
  return { code: task.kind, message: `${name} took longer than ${task.timeoutMs} ms and was stopped` };
}

/** A task that ended before any thread could say when and how. */
export function endedOutside(
  task: ThreadTask,
  ending: { readonly code: "worker-died" | "cancelled" | "code" | "tool"; readonly message: string },
  startUs: number,
  endUs: number,
): TaskResult {
  return { kind: "failed", ...ending, details: { kind: task.kind }, startUs, endUs, thread: 0, attempts: [] };
}
