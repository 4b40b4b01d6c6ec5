import type { Path } from "../../compiler/ir/path.ts";
import { readRun } from "../4-trace/read.ts";
import { type FileWrite, fileWritesOf } from "../session/file-writes.ts";
import { realFile, standing, wordOf } from "../session/kept-files.ts";
import { isInAny } from "../session/scopes.ts";
import { detailOf } from "./result.ts";

/** What a run wrote to files, and what of it all was undone. */
export interface Undone {
  readonly writes: readonly FileWrite[];
  /** The paths within which everything was undone, because the run went on without it. */
  readonly scopes: readonly Path[];
  /** Whether somebody had the run, or an agent of it, undone. */
  readonly isRequested: boolean;
}

/** Reads the log in folder `dir`. */
export function readUndone(dir: string, projectDir: string): Undone {
  const { writes, note } = fileWritesOf(realFile(projectDir));
  const scopes: Path[] = [];
  let isRequested = false;
  for (const row of readRun(dir)) {
    note(row);
    if (row.kind !== "rollback") continue;
    if (detailOf(row)["reason"] === "request") isRequested = true;
    else scopes.push(row.path ?? "");
  }
  return { writes, scopes, isRequested };
}

/** Whether a call's write was undone, and so is to be done again where what follows from it is. */
export function wasUndone({ writes }: Undone, path: Path): boolean {
  return writes.findLast((write) => write.path === path)?.state === "undone";
}

/** Scopes that are undone no longer where tasks within them are done again. */
export function liftedBy({ scopes }: Undone, redo: ReadonlySet<Path>): readonly Path[] {
  return [...new Set(scopes)].filter((scope) => [...redo].some((path) => isInAny(path, [scope])));
}

/** Whether a call's write was undone only because of what is done again, and so is to be done again itself. */
export function isWrittenAgain(undone: Undone, redo: ReadonlySet<Path>, path: Path): boolean {
  if (redo.size === 0 || !wasUndone(undone, path)) return false;
  const lifted = new Set(liftedBy(undone, redo));
  return undone.scopes.every((scope) => lifted.has(scope) || !isInAny(path, [scope]));
}

/** What a file tells of a call that was cut off before it was heard of: null where it tells neither. */
export function witness({ writes }: Undone, path: Path): "done" | "redo" | null {
  const write = writes.findLast((each) => each.path === path);
  if (!write) return "redo"; // it is saved before it begins
  const found = wordOf(standing(write.file));
  return found === write.now ? "done" : found === write.old ? "redo" : null;
}
