import { isFatal } from "../../compiler/ir/failure.ts";
import type { Path } from "../../compiler/ir/path.ts";
import { isCaught } from "../2-schedule/caught.ts";
import type { Run } from "../2-schedule/frames.ts";
import { contentKey } from "../2-schedule/record.ts";
import type { Task, TaskResult } from "../3-task/task.ts";
import { replacedBy } from "../session/action-log.ts";
import { isInAny } from "../session/scopes.ts";
import { type Difference, differenceOf, isWithin } from "./difference.ts";
import type { Policy, Verdict } from "./follower.ts";
import type { Journal, RecordedTask } from "./journal.ts";
import { codeOf } from "./result.ts";
import { type Undone, wasUndone, witness } from "./undone.ts";

/** What a person says of an effect that may have happened: it has, or it is to be done again. */
export type Settlement = "done" | "redo";

export interface ResumeRules {
  readonly journal: Journal;
  readonly settle: ReadonlyMap<Path, Settlement>;
  /** Failures at or within these paths are done again, whoever would catch them. */
  readonly redo: readonly Path[];
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
  if (row.status === "ok") return !(isInAny(path, redo) && wasUndone(undone, path));
  if (row.status === "cancelled") return isCancelled;
  return !isFatal({ code: codeOf(row) }) && isCaught(run, path) && !isInAny(path, redo);
}

/** A task that is done again. One that was begun and may have had its effect is settled by the file that it replaces, or else by a person. */
function again(rules: ResumeRules, { uncertain }: Findings, task: Task): Verdict {
  const { journal, settle, undone, projectDir, nowUs } = rules;
  if (!journal.intents.has(task.path) || wasUndone(undone, task.path)) return { kind: "work" };
  const replaced = task.kind === "tool" ? replacedBy(task, projectDir) : null;
  const settlement = settle.get(task.path) ?? (replaced && witness(undone, task.path));
  if (settlement === null) uncertain.push(task);
  return settlement === "done" ? { kind: "told", result: carriedOut(nowUs(), replaced?.answer ?? lost) } : { kind: "work" };
}

const lost = "[this call was carried out; what it answered was lost when the run was interrupted]";

/** The answer of a call that nobody heard. */
function carriedOut(nowUs: number, text: string): TaskResult {
  return { kind: "ok", answer: { kind: "tool", text }, startUs: nowUs, endUs: nowUs, thread: 0, attempts: [] };
}

/** Where the failures lie that a failed fan-out, or a step that asks for a success among several, has collected in vain. */
export function causesOf({ code, path }: { readonly code: string; readonly path: Path }, { tasks }: Journal): readonly Path[] {
  if (code !== "all-failed" && code !== "require") return [];
  const around = path.slice(0, Math.max(path.lastIndexOf("/"), 0));
  const holdsFailures = (within: Path) => [...tasks.values()].some((task) => task.row.status === "failed" && isWithin(task.path, within));
  return [path, around].filter(holdsFailures).slice(0, 1);
}
