import type { Edit } from "./2-schedule/edits.ts";
import type { Verdict } from "./2-schedule/review.ts";
import type { EndedAgent } from "./2-schedule/types.ts";
import type { ModelTask, TaskResult } from "./3-task/task.ts";

/**
 * Who looks at requests before they are made, and at answers and at what agents did before the run goes on with them. Nothing here ever
 * rejects; all of it ends when the signal aborts.
 */
export interface Debug {
  /** What is to be changed in the request, which is then looked at once more; null to make it. */
  readonly before: (task: ModelTask, signal: AbortSignal) => Promise<Edit | null>;
  readonly after: (task: ModelTask, result: TaskResult, signal: AbortSignal) => Promise<void>;
  /** Whether what an agent did is looked at, by its name: the same for all of a run. */
  readonly looksAt: (agent: string) => boolean;
  /** What becomes of an agent that has ended; null where nobody looks any more. */
  readonly ended: (agent: EndedAgent, signal: AbortSignal) => Promise<Verdict | null>;
}

/** The answer, once a person has looked at it. That takes no time at work. */
export async function lookedAt(
  debug: Debug,
  task: ModelTask,
  { answer, signal, endWork }: { readonly answer: Promise<TaskResult>; readonly signal: AbortSignal; readonly endWork: () => void },
): Promise<TaskResult> {
  const result = await answer;
  endWork();
  if (!signal.aborted) await debug.after(task, result, signal);
  return result;
}
