import type { Path } from "../../compiler/ir/path.ts";
import { unreachable } from "../../compiler/ir/unreachable.ts";
import type { Run } from "../2-schedule/frames.ts";
import type { EndedAgent, Event } from "../2-schedule/types.ts";
import type { Task, TaskResult } from "../3-task/task.ts";
import type { Journal, Judged, RecordedTask } from "./journal.ts";
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
  /** An agent waits for a verdict. */
  readonly review: (agent: EndedAgent) => void;
  /** What the run is told next; null when the record has no more to say, and then what is left is work. */
  readonly next: (run: Run) => Event | null;
  /** Whether the record has no more to say. */
  readonly isOver: () => boolean;
  /** Agents that still wait for one. */
  readonly reviews: () => readonly EndedAgent[];
  /** Tasks to be done, with those that were cancelled meanwhile, and those that were done before, whatever came of it. */
  readonly work: () => readonly { readonly task: Task; readonly isCancelled: boolean; readonly before: RecordedTask | null }[];
}

/** What happened then, in its order: an answer, a person's word on an agent, or an end from without. */
type Turn =
  | { readonly kind: "task"; readonly seq: number; readonly recorded: RecordedTask }
  | ({ readonly kind: "verdict"; readonly path: Path } & Judged)
  | Journal["stops"][number];

/** Follows a record. */
export function createFollower(journal: Journal, policy: Policy, nowUs: () => number): Follower {
  const turns = turnsOf(journal, policy);
  const held = new Map<Path, Task>();
  const late: Turn[] = [];
  const ended = new Map<Path, EndedAgent>();
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
    if (recorded.seq <= passed()) late.push({ kind: "task", seq: recorded.seq, recorded });
  };

  /** Where nobody said anything, what follows from it tells that the run went on. */
  const review = (agent: EndedAgent) => {
    const { path } = agent;
    const judged = journal.verdicts.get(path);
    const wentOn = !judged && (journal.spans.get(path) ?? "cancelled") !== "cancelled";
    if (wentOn) return void told.push({ kind: "verdict", path, verdict: null });
    ended.set(path, agent);
    if (judged && judged.seq <= passed()) late.push({ kind: "verdict", path, ...judged });
  };

  const passed = () => turns[position - 1]?.seq ?? 0;

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

  const eventOf = (run: Run, turn: Turn): Event | null => {
    switch (turn.kind) {
      case "task":
        return answer(run, turn.recorded);
      case "verdict":
        return ended.delete(turn.path) ? { kind: "verdict", path: turn.path, verdict: turn.verdict } : null;
      case "stop":
        return { kind: "stop", reason: turn.reason };
      case "time":
        return { kind: "time", path: turn.path };
      default:
        return unreachable(turn);
    }
  };

  const next = (run: Run): Event | null => {
    const first = told.shift();
    if (first) return first;
    for (let turn = late.shift(); turn; turn = late.shift()) {
      const event = eventOf(run, turn);
      if (event) return event;
    }
    for (let turn = turns[position]; turn; turn = turns[position]) {
      position += 1;
      const event = eventOf(run, turn);
      if (event) return event;
    }
    isOver = true;
    return null;
  };

  return {
    isOver: () => isOver,
    take,
    review,
    cancel: (path) => {
      cancelled.add(path);
      ended.delete(path);
    },
    next,
    reviews: () => [...ended.values()],
    work: () =>
      work.splice(0).map((task) => ({ task, isCancelled: cancelled.has(task.path), before: journal.tasks.get(task.path) ?? null })),
  };
}

function turnsOf(journal: Journal, { stops }: Policy): readonly Turn[] {
  const tasks = [...journal.tasks.values()].map((recorded): Turn => ({ kind: "task", seq: recorded.seq, recorded }));
  const judged = [...journal.verdicts].map(([path, said]): Turn => ({ kind: "verdict", path, ...said }));
  return [...tasks, ...judged, ...(stops ? journal.stops : [])].sort((a, b) => a.seq - b.seq);
}
