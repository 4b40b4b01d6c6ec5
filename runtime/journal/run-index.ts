/**
 * What a run recorded of each task, but for what was said: small enough to look through all runs of a project. It is kept beside the
 * log, in `tasks.json`, with the stamp of the log that it was made from; where that is another one now, it is made anew. Nothing
 * but time depends on the file.
 */
import { existsSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Digest } from "../../compiler/ir/digest.ts";
import { isObject, parseJson } from "../../compiler/ir/json.ts";
import type { Path } from "../../compiler/ir/path.ts";
import { rowsWith } from "../4-trace/batch.ts";
import { readBatches, refusal } from "../4-trace/read.ts";
import { runDir } from "../4-trace/run-folder.ts";
import { ownerOf, readText, segmentsOf, stampOf } from "../4-trace/segments.ts";
import { type RecordedTask, taskKinds } from "./journal.ts";

/** The last record of a task. */
export interface IndexedTask extends Pick<RecordedTask, "kind" | "path" | "contentKey"> {
  /** When it was recorded, in microseconds since 1970. */
  readonly timeUs: number;
  readonly isOk: boolean;
}

/** The ids of a project's runs. */
export function runsIn(stateDir: string): readonly string[] {
  const dir = join(stateDir, "runs");
  if (!existsSync(dir)) return [];
  const names = readdirSync(dir, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  return names.filter((name) => segmentsOf(join(dir, name)).length > 0).sort();
}

/** The tasks of a run; none where its log is of a newer tama. */
export function tasksOf(stateDir: string, run: string): readonly IndexedTask[] {
  const dir = runDir(stateDir, run);
  const stamp = stampOf(dir);
  const kept = readKept(dir, stamp);
  if (kept) return kept;
  if (refusal(dir)) return [];
  const isLive = ownerOf(dir) !== null;
  const tasks = readTasks(dir);
  if (!isLive) keep(dir, stamp, tasks);
  return tasks;
}

const format = 1;
const file = "tasks.json";

function readTasks(dir: string): readonly IndexedTask[] {
  const tasks = new Map<Path, IndexedTask>();
  for (const { batch, from } of readBatches(dir)) {
    for (const { kind: of, status, content_key: contentKey, path, time_us: timeUs } of rowsWith(batch, "content_key", from)) {
      const kind = taskKinds[of ?? ""];
      if (kind && contentKey !== null && path !== null && timeUs !== null)
        tasks.set(path, { kind, path, contentKey, timeUs, isOk: status === "ok" });
    }
  }
  return [...tasks.values()];
}

/** What was kept of a log that has not changed since. */
function readKept(dir: string, stamp: string): readonly IndexedTask[] | null {
  const kept = parseJson(readText(join(dir, file)));
  if (!isObject(kept) || kept["format"] !== format || kept["stamp"] !== stamp || !Array.isArray(kept["tasks"])) return null;
  const tasks = kept["tasks"].map(taskOf);
  return tasks.every((task) => task !== null) ? tasks : null;
}

function taskOf(cells: unknown): IndexedTask | null {
  if (!Array.isArray(cells)) return null;
  const [name, path, contentKey, timeUs, isOk] = cells;
  const kind = kinds.find((known) => known === name);
  const isWhole = typeof path === "string" && isDigest(contentKey) && typeof timeUs === "number" && typeof isOk === "boolean";
  return kind && isWhole ? { kind, path, contentKey, timeUs, isOk } : null;
}

const kinds = ["model", "tool", "code", "wait"] as const satisfies readonly RecordedTask["kind"][];

function isDigest(value: unknown): value is Digest {
  return typeof value === "string" && value.startsWith("sha256:");
}

/** Where it cannot be written, the log is read again each time. */
function keep(dir: string, stamp: string, tasks: readonly IndexedTask[]): void {
  const cells = tasks.map(({ kind, path, contentKey, timeUs, isOk }) => [kind, path, contentKey, timeUs, isOk]);
  const own = join(dir, `${file}.${process.pid}`);
  try {
    writeFileSync(own, JSON.stringify({ format, stamp, tasks: cells }));
    renameSync(own, join(dir, file));
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
  }
}
