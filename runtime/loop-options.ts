import type { Path } from "../compiler/ir/path.ts";
import type { Run } from "./2-schedule/frames.ts";
import type { RunOptions } from "./2-schedule/index.ts";
import type { Task, TaskResult } from "./3-task/task.ts";
import type { Asker } from "./asker.ts";
import type { Debug } from "./debug.ts";
import type { Executor } from "./executors/executor.ts";
import type { Asked } from "./journal/journal.ts";
import type { Inbox } from "./people/inbox.ts";
import type { Grants } from "./permissions/grants.ts";
import type { Source, WriterOptions } from "./record-writer.ts";
import type { ActionLog } from "./session/action-log.ts";
import type { After, WorkedBefore } from "./work-clock.ts";

/** A recorded result that may stand for work. */
export interface Found {
  readonly result: TaskResult;
  readonly source: Source;
}

/** What a run is driven with. */
export interface LoopOptions extends RunOptions, WriterOptions {
  /** Default: nobody. */
  readonly debug?: Debug;
  readonly executor: Executor;
  /** Saves files that tools replace, and undoes that. Default: neither. */
  readonly actions?: ActionLog;
  /** Model calls under way at once, per model. */
  readonly concurrency: number;
  /** Who answers questions to people. Default: nobody. */
  readonly asker?: Asker;
  /** Where other processes put answers. Default: nowhere. */
  readonly inbox?: Inbox;
  /** Questions that a process before this one has asked. Default: none. */
  readonly asked?: ReadonlyMap<Path, Asked>;
  /** What tools may do. Default: nothing beyond reading the project's files. */
  readonly grants?: Grants;
  /** The longest time that a call of a built-in tool may take. Default 120 seconds. */
  readonly toolTimeoutMs?: number;
  /** The time at work of processes before this one. Default: none. */
  readonly worked?: WorkedBefore;
  /** Timers. Default: those of the process. */
  readonly after?: After;
  /** Looks a task up before it is done. Default: nothing is found. */
  readonly cache?: (run: Run, task: Task) => Found | null;
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
  /** Aborting it stops the run: nothing new starts, what is in flight is cancelled, and the run ends `cancelled`. A text as its reason is recorded. */
  readonly signal: AbortSignal;
}
