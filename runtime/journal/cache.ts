/** What the runs of a project have recorded, by content: the answers of models and of worker code, which may stand for work. */
import type { Digest } from "../../compiler/ir/digest.ts";
import type { Path } from "../../compiler/ir/path.ts";
import type { Run } from "../2-schedule/frames.ts";
import { contentKey } from "../2-schedule/record.ts";
import type { Task } from "../3-task/task.ts";
import { runDir } from "../4-trace/run-folder.ts";
import type { Found } from "../loop-options.ts";
import { type Journal, readJournal } from "./journal.ts";
import { resultOf } from "./result.ts";
import { runsIn, tasksOf } from "./run-index.ts";

/** Where an answer was recorded, and when. */
export interface CacheEntry {
  readonly run: string;
  readonly path: Path;
  readonly timeUs: number;
}

/** The newest recorded answer for each content key, of all runs but `except`. Tools are not among them: they always run. */
export function cacheEntries(stateDir: string, except: string | null): ReadonlyMap<Digest, CacheEntry> {
  const entries = new Map<Digest, CacheEntry>();
  for (const run of runsIn(stateDir)) {
    for (const { kind, isOk, contentKey, path, timeUs } of run === except ? [] : tasksOf(stateDir, run)) {
      const isReusable = (kind === "model" || kind === "code") && isOk;
      if (isReusable && (entries.get(contentKey)?.timeUs ?? 0) <= timeUs) entries.set(contentKey, { run, path, timeUs });
    }
  }
  return entries;
}

/** Looks tasks up by content. A run's log is read whole when the first answer is taken from it. */
export function openCache(stateDir: string, nowUs: () => number): (run: Run, task: Task) => Found | null {
  const entries = cacheEntries(stateDir, null);
  const journals = new Map<string, Journal>();
  const journalOf = (run: string) => {
    const journal = journals.get(run) ?? readJournal(runDir(stateDir, run), run);
    journals.set(run, journal);
    return journal;
  };
  return (run, task) => {
    if (task.kind !== "model" && task.kind !== "code") return null;
    const key = contentKey(run, task);
    const entry = entries.get(key);
    const journal = entry ? journalOf(entry.run) : null;
    const recorded = entry && journal ? journal.tasks.get(entry.path) : undefined;
    if (!entry || !journal || recorded?.contentKey !== key || recorded.row.status !== "ok") return null;
    const result = resultOf(journal, recorded, nowUs());
    return result && { result, source: { source: "cache", source_run: entry.run } };
  };
}
