import type { Path } from "../../compiler/ir/path.ts";
import type { Run } from "../2-schedule/frames.ts";
import type { Event } from "../2-schedule/types.ts";
import type { Task, TaskResult } from "../3-task/task.ts";
import type { Journal, RecordedTask } from "./journal.ts";
import { resultOf } from "./result.ts";

/** What is to become of a task: its recorded result, work, or another result at once. */
export type Verdict = { readonly kind: "recorded" } | { readonly kind: "work" } | { readonly kind: "told"; readonly result: TaskResult };

/** Which records count. */
export interface Policy {
  /** Asked when a task is handed out. `recorded` is null where there is no record. */
  readonly judge: (run: Run, task: Task, recorded: RecordedTask | null) => Verdict;
  /** Asked once more when the turn of its record has come, as things stand then. */
  readonly confirm: (run: Run, task: Task, at: { readonly recorded: RecordedTask; readonly isCancelled: boolean }) => Verdict;
  /** Whether the run is stopped again where it was stopped from without. */
  readonly stops: boolean;
}

/**
 * Leads a run along a record: answers come in the order in which they came then, before any work is done. So whatever hung on that
 * order (which failure was first, what was cancelled for it) comes out the same.
 *
 * J1: an answer is given once, to a task that was handed out and has the record's content.
 * J2: while an answer can be given, no work is begun: what is done follows from all that is known.
 * J3: the run sees recorded answers in the record's order.
 */
export interface Follower {
  readonly take: (run: Run, task: Task) => void;
  readonly cancel: (path: Path) => void;
  /** What the run is told next; null when the record has no more to say, and then what is left is work. */
  readonly next: (run: Run) => Event | null;
  /** Whether the record has no more to say. */
  readonly isOver: () => boolean;
  /** Tasks to be done, with those that were cancelled meanwhile, and those that were done before, whatever came of it. */
  readonly work: () => readonly { readonly task: Task; readonly isCancelled: boolean; readonly before: RecordedTask | null }[];
}

/** What happened then, in its order: an answer, or an end from without. */
type Turn = { readonly kind: "task"; readonly seq: number; readonly recorded: RecordedTask } | Journal["stops"][number];

/** Follows a record. */
export function createFollower(journal: Journal, policy: Policy, nowUs: () => number): Follower {
  const turns = turnsOf(journal, policy);
  const held = new Map<Path, Task>();
  const late: RecordedTask[] = [];
  const told: Event[] = [];
  const cancelled = new Set<Path>();
  const work: Task[] = [];
  let position = 0;
  let isOver = false;

  const take = (run: Run, task: Task) => {
    const recorded = journal.tasks.get(task.path) ?? null;
    const verdict = policy.judge(run, task, recorded);
    if (verdict.kind === "told") return void told.push({ kind: "settled", path: task.path, result: verdict.result });
    if (verdict.kind === "work" || !recorded) return void work.push(task);
    held.set(task.path, task);
    const passed = turns[position - 1]?.seq ?? 0;
    if (recorded.seq <= passed) late.push(recorded);
  };

  const answer = (run: Run, recorded: RecordedTask): Event | null => {
    const task = held.get(recorded.path);
    if (!task) return null;
    held.delete(recorded.path);
    const verdict = policy.confirm(run, task, { recorded, isCancelled: cancelled.has(task.path) });
    const result = verdict.kind === "told" ? verdict.result : verdict.kind === "recorded" ? resultOf(journal, recorded, nowUs()) : null;
    if (result) return { kind: "settled", path: task.path, result, isFree: recorded.row.source === "cache" };
    work.push(task);
    return null;
  };

  const next = (run: Run): Event | null => {
    const first = told.shift();
    if (first) return first;
    for (let recorded = late.shift(); recorded; recorded = late.shift()) {
      const event = answer(run, recorded);
      if (event) return event;
    }
    while (position < turns.length) {
      const turn = turns[position];
      position += 1;
      if (turn?.kind === "stop") return { kind: "stop", reason: turn.reason };
      if (turn?.kind === "time") return { kind: "time", path: turn.path };
      const event = turn ? answer(run, turn.recorded) : null;
      if (event) return event;
    }
    isOver = true;
    return null;
  };

  return {
    isOver: () => isOver,
    take,
    cancel: (path) => void cancelled.add(path),
    next,
    work: () =>
      work.splice(0).map((task) => ({ task, isCancelled: cancelled.has(task.path), before: journal.tasks.get(task.path) ?? null })),
  };
}

function turnsOf(journal: Journal, { stops }: Policy): readonly Turn[] {
  const tasks = [...journal.tasks.values()].map((recorded): Turn => ({ kind: "task", seq: recorded.seq, recorded }));
  return [...tasks, ...(stops ? journal.stops : [])].sort((a, b) => a.seq - b.seq);
}
