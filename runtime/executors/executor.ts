import type { Delta, TaskResult, ThreadTask } from "../3-task/task.ts";

/** Who is told of a task on its way. Nothing is told after its result. */
export interface TaskWatch {
  /** What of a model's answer is there already: it changes nothing of the result. */
  readonly onDelta?: (delta: Delta) => void;
  /** It waits for its turn; where nothing tells so, it has begun at once. */
  readonly onQueued?: () => void;
  readonly onBegun?: () => void;
}

/**
 * Runs tasks somewhere: in this thread, on a pool, on other machines. `run` never rejects: whatever goes wrong is a
 * failed result (`worker-died` when the thread was lost, `cancelled` when the signal came first). Everything that
 * crosses is plain cloneable data.
 */
export interface Executor {
  readonly run: (task: ThreadTask, signal: AbortSignal, watch?: TaskWatch) => Promise<TaskResult>;
  /** Ends what it holds. Tasks that still run end as `cancelled`. */
  readonly close: () => Promise<void>;
}
