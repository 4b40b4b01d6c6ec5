import type { MessagePort } from "node:worker_threads";
import type { HostData } from "../3-task/run-task.ts";
import type { ThreadTask } from "../3-task/task.ts";

/** What every thread of a pool gets when it starts. */
export interface ThreadData extends HostData {
  /** The name of the broadcast channel on which the main thread cancels tasks. */
  readonly cancels: string;
  /** Providers to load at once, before the first task. */
  readonly warm: readonly string[];
  /** Whether the thread runs code of the project, whose output is labelled. */
  readonly runsCode: boolean;
}

/** A task on its way to a thread. `id` counts up over all tasks of the process. */
export interface Envelope {
  readonly id: number;
  readonly task: ThreadTask;
  /** The messages of a model task, each as JSON, of which `task` itself has none: a conversation is posted anew at each turn, and texts are copied ten times sooner. */
  readonly messages: readonly string[];
  /** Where the thread says that it has begun; null where nobody asks. */
  readonly begun: MessagePort | null;
  /** The variables of this task alone; null: those of the thread. */
  readonly env: HostData["env"] | null;
  /** Whether the thread posts what of an answer is there already, as a `DeltaMessage`. */
  readonly isWatched: boolean;
}

/** What a thread says first, with its id, when it has loaded and hears cancels: those that came before are sent again. */
export interface Listening {
  readonly listening: number;
}

/** Whether a thread says that. */
export function isListening(message: unknown): message is Listening {
  return typeof message === "object" && message !== null && "listening" in message;
}
