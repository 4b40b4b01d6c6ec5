import type { TaskResult, ThreadTask } from "../3-task/task.ts";

/**
 * Runs tasks somewhere: in this thread, on a pool, on other machines. `run` never rejects: whatever goes wrong is a
 * failed result (`worker-died` when the thread was lost, `cancelled` when the signal came first). Everything that
 * crosses is plain cloneable data.
 */
export interface Executor {
  readonly run: (task: ThreadTask, signal: AbortSignal) => Promise<TaskResult>;
  /** Ends what it holds. Tasks that still run end as `cancelled`. */
  readonly close: () => Promise<void>;
}
