import { type Failure, isFatal, rootsOf } from "../../compiler/ir/failure.ts";
import type { Path } from "../../compiler/ir/path.ts";
import { isCaught } from "../2-schedule/caught.ts";
import type { Run } from "../2-schedule/frames.ts";
import { contentKey } from "../2-schedule/record.ts";
import type { Task, TaskResult } from "../3-task/task.ts";
import { replacedBy } from "../session/action-log.ts";
import { type Difference, differenceOf, isWithin } from "./difference.ts";
import type { Policy, Verdict } from "./follower.ts";
import type { Journal, RecordedTask } from "./journal.ts";
import { codeOf } from "./result.ts";
import { isWrittenAgain, type Undone, wasUndone, witness } from "./undone.ts";

/** What a person says of an effect that may have happened: it has, or it is to be done again. */
export type Settlement = "done" | "redo";

export interface ResumeRules {
  readonly journal: Journal;
  readonly settle: ReadonlyMap<Path, Settlement>;
  /** Failed tasks that are done again, whoever would catch their failures. */
  readonly redo: ReadonlySet<Path>;
  readonly undone: Undone;
  readonly projectDir: string;
  readonly nowUs: () => number;
}

/** A recorded task whose content is not what the plan asks for now. */
export interface Changed {
  readonly path: Path;
  readonly difference: Difference | null;
}

/** What stands in the way of going on. */
export interface Findings {
  readonly changed: Changed[];
  /** Tools with an effect that were begun, and of which nothing was heard. */
  readonly uncertain: Task[];
}

/**
 * Keeps what went well, each failure that stays within the run, and what was cancelled for one of those; the rest is done again.
 * What stands in the way is noted in `findings`.
 */
export function resumePolicy(rules: ResumeRules, findings: Findings): Policy {
  return {
    judge: (run, task, recorded) => {
      if (!recorded) return again(rules, findings, task);
      if (recorded.contentKey === contentKey(run, task)) return { kind: "recorded" };
      findings.changed.push({ path: task.path, difference: differenceOf(rules.journal, recorded, run, task) });
      return { kind: "work" };
    },
    confirm: (run, task, { recorded, isCancelled }) =>
      isKept(rules, run, recorded, isCancelled) ? { kind: "recorded" } : again(rules, findings, task),
    stops: false,
  };
}

function isKept({ redo, undone }: ResumeRules, run: Run, { row, path }: RecordedTask, isCancelled: boolean): boolean {
  if (row.status === "ok") return !isWrittenAgain(undone, redo, path);
  if (row.status === "cancelled") return isCancelled;
  return !isFatal({ code: codeOf(row) }) && isCaught(run, path) && !redo.has(path);
}

/** A task that is done again. One that was begun and may have had its effect is settled by the file that it replaces, or else by a person. */
function again(rules: ResumeRules, { uncertain }: Findings, task: Task): Verdict {
  const { journal, settle, undone, projectDir, nowUs } = rules;
  if (!journal.intents.has(task.path) || wasUndone(undone, task.path)) return { kind: "work" };
  const replaced = task.kind === "tool" ? replacedBy(task, projectDir) : null;
  const isWitnessed = replaced !== null || (task.kind === "tool" && task.own?.writes === true);
  const settlement = settle.get(task.path) ?? (isWitnessed ? witness(undone, task.path) : null);
  if (settlement === null) uncertain.push(task);
  return settlement === "done" ? { kind: "told", result: carriedOut(nowUs(), replaced?.answer ?? lost) } : { kind: "work" };
}

const lost = "[this call was carried out; what it answered was lost when the run was interrupted]";

/** The answer of a call that nobody heard. */
function carriedOut(nowUs: number, text: string): TaskResult {
  return { kind: "ok", answer: { kind: "tool", text }, startUs: nowUs, endUs: nowUs, thread: 0, attempts: [] };
}

/**
 * The failed tasks for which a run failed that would keep them by its record: those that a fan-out, or a step that asks for a success among
 * several, has collected in vain. What a retry, an "!error" edge or a model has made good stays as it is.
 */
export function causesOf(failure: Failure, { tasks }: Journal): readonly Path[] {
  const roots = rootsOf(failure).filter((root) => root !== failure);
  const failed = [...tasks.values()].filter(({ row }) => row.status === "failed");
  return roots.flatMap(({ code, path: at }) =>
    failed.flatMap(({ row, path }) => (codeOf(row) === code && isWithin(path, at) ? [path] : [])),
  );
}
