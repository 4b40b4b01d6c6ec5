import type { Path } from "../../compiler/ir/path.ts";
import type { Run } from "../2-schedule/frames.ts";
import { contentKey } from "../2-schedule/record.ts";
import type { Task, TaskResult } from "../3-task/task.ts";
import { differenceOf, isWithin, nearest } from "./difference.ts";
import type { Policy, Verdict } from "./follower.ts";
import type { Journal } from "./journal.ts";

export interface ReplayOptions {
  readonly journal: Journal;
  /** Where work begins again: at this path, and with all that follows from it. Null: nowhere. */
  readonly from: Path | null;
  readonly nowUs: () => number;
}

/** Every answer is the recorded one, whatever it was; a task without one, or with other content, is a miss. A question that stood then stands again. */
export function replayPolicy({ journal, from, nowUs }: ReplayOptions): Policy {
  return {
    judge: (run, task, recorded): Verdict => {
      if (from !== null && isWithin(task.path, from)) return { kind: "work" };
      if (recorded && recorded.contentKey === contentKey(run, task)) return { kind: "recorded" };
      const before = journal.asked.get(task.path);
      if (before?.stands && before.contentKey === contentKey(run, task)) return { kind: "work" };
      return { kind: "told", result: miss(journal, run, task, nowUs()) };
    },
    confirm: (_run, _task, { recorded, isCancelled }) => {
      const stillCounts = from === null || recorded.row.status !== "cancelled" || isCancelled;
      return { kind: stillCounts ? "recorded" : "work" };
    },
    stops: from === null,
  };
}

/** A task that the record does not answer, with the nearest one that it does. */
function miss(journal: Journal, run: Run, task: Task, nowUs: number): TaskResult {
  const near = nearest(journal.tasks.values(), task);
  const difference = near && differenceOf(journal, near, run, task);
  const why =
    near === null
      ? "it answered nothing of the kind"
      : near.path !== task.path
        ? `nothing was recorded there; the nearest is ${near.path}${difference ? `, and its ${difference.field} differs` : ""}`
        : `its ${difference?.field ?? "content"} differs`;
  const details = {
    run: journal.traceId.slice(0, 8),
    path: task.path,
    why,
    nearest: near?.path ?? null,
    field: difference?.field ?? null,
    recorded: difference?.recorded ?? null,
    now: difference?.now ?? null,
  };
  const message = `run ${journal.traceId.slice(0, 8)} does not answer ${task.path}: ${why}`;
  return { kind: "failed", code: "replay-miss", message, details, startUs: nowUs, endUs: nowUs, thread: 0, attempts: [] };
}
