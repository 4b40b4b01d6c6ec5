import type { Delta, TaskResult, ThreadTask } from "../3-task/task.ts";

/**
 * Runs tasks somewhere: in this thread, on a pool, on other machines. `run` never rejects: whatever goes wrong is a
 * failed result (`worker-died` when the thread was lost, `cancelled` when the signal came first). Everything that
 * crosses is plain cloneable data. `onDelta` is told what of a model's answer is there already: it changes nothing of the result, and no
 * piece comes after it.
 */
export interface Executor {
  readonly run: (task: ThreadTask, signal: AbortSignal, onDelta?: (delta: Delta) => void) => Promise<TaskResult>;
  /** Ends what it holds. Tasks that still run end as `cancelled`. */
  readonly close: () => Promise<void>;
}
