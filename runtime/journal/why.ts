import type { Path } from "../../compiler/ir/path.ts";
import { runDir } from "../4-trace/run-folder.ts";
import { type CacheEntry, cacheEntries } from "./cache.ts";
import { type Difference, difference, nearest, recordedAsk } from "./difference.ts";
import { type Journal, type RecordedTask, readJournal } from "./journal.ts";
import { runsIn, tasksOf } from "./run-index.ts";

/** Why a task was done. */
export interface Why {
  readonly path: Path;
  /** The run that its answer was taken from; null where it was done. */
  readonly source: string | null;
  /** Another run that recorded the same request before. */
  readonly same: Pick<CacheEntry, "run" | "path"> | null;
  /** The recorded request of another run that looks most like it, and the first part in which they differ. */
  readonly nearest: { readonly run: string; readonly path: Path } | null;
  readonly difference: Difference | null;
}

/** Why the task at `path` of a run was done; null where the run has none there. The path of a step stands for its first request. */
export function why(stateDir: string, run: string, path: Path): Why | null {
  const journal = readJournal(runDir(stateDir, run), run);
  const task = journal.tasks.get(path) ?? journal.tasks.get(`${path}:1`);
  if (!task) return null;
  const source = task.row.source_run;
  const same = task.kind === "tool" ? null : (cacheEntries(stateDir, run).get(task.contentKey) ?? null);
  const told = { path: task.path, source, same: same && { run: same.run, path: same.path } };
  const near = source || same ? null : nearestIn(stateDir, run, task);
  if (!near) return { ...told, nearest: null, difference: null };
  const differs = difference(recordedAsk(near.journal, near.task), recordedAsk(journal, task));
  return { ...told, nearest: { run: near.journal.traceId, path: near.task.path }, difference: differs };
}

/** Of the other runs the newest that has a task at that path; else the newest that has one of the kind at all. */
function nearestIn(stateDir: string, run: string, { path, kind }: RecordedTask): { journal: Journal; task: RecordedTask } | null {
  const others = runsIn(stateDir).filter((other) => other !== run);
  const found = others.flatMap((other) => {
    const task = nearest(tasksOf(stateDir, other), { path, kind });
    return task ? [{ other, task }] : [];
  });
  const rank = ({ task }: (typeof found)[number]) => (task.path === path ? 1 : 0);
  const [best] = found.sort((a, b) => rank(b) - rank(a) || b.task.timeUs - a.task.timeUs);
  if (!best) return null;
  const journal = readJournal(runDir(stateDir, best.other), best.other);
  const task = journal.tasks.get(best.task.path);
  return task ? { journal, task } : null;
}
