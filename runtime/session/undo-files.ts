/** Undoes writes to files, the last first, and tells of each what came of it. */
import type { Path } from "../../compiler/ir/path.ts";
import { writeRefusal } from "../../stdlib/tools/files-write.ts";
import type { TraceEvent } from "../4-trace/columns.ts";
import { isWithin } from "../journal/difference.ts";
import type { Blobs } from "./blobs.ts";
import { type FileWrite, keyOfFile } from "./file-writes.ts";
import { putBytes, putLink, realFile, standing, takeAway, wordOf } from "./kept-files.ts";

/** Where files are undone, and what may be written there. */
export interface FileWorld {
  readonly blobs: Blobs;
  readonly projectDir: string;
  /** Folders, absolute. */
  readonly writable: readonly string[];
}

/** What is to become of a write. `done`: what was there before is there already; `conflict`: it is left as it is, and why. */
export type Undoing = { readonly kind: "done" | "put-back" } | { readonly kind: "conflict"; readonly why: string };

/**
 * Undoes what was written at or within `scopes`. What somebody else has written since stays as it is. Killed in between and done
 * again it comes to the same, for what was put back already is found so. `tell` gets an event for each write, once it is undone.
 */
export function undoFiles(
  writes: readonly FileWrite[],
  scopes: readonly Path[],
  world: FileWorld,
  tell: (event: TraceEvent) => void,
): void {
  for (const [write, after] of undoable(writes, scopes)) {
    const undoing = undo(write, laterBy(after, scopes), world);
    write.state = undoing.kind === "conflict" ? "conflict" : "undone";
    const event = { path: write.path, tool_name: write.tool, key: keyOfFile(write.file, world.projectDir) };
    if (undoing.kind === "conflict") tell({ kind: "rollback_conflict", ...event, message: undoing.why });
    else tell({ kind: "rollback_undone", ...event });
  }
}

/** What `undoFiles` would do now, in its order. */
export function undoingsOf(
  writes: readonly FileWrite[],
  scopes: readonly Path[],
  world: FileWorld,
): readonly (readonly [FileWrite, Undoing])[] {
  const words = new Map<string, string | null>();
  return undoable(writes, scopes).map(([write, after]) => {
    const undoing = attempted(() => {
      const current = words.has(write.file) ? (words.get(write.file) ?? null) : wordOf(standing(write.file));
      const judged = judge(write, current, { later: laterBy(after, scopes), world });
      words.set(write.file, judged.kind === "put-back" ? write.old : current);
      return judged;
    });
    return [write, undoing];
  });
}

/** Whether a path is at or within any of these. An empty one is all of the run. */
export function isInAny(path: Path, scopes: readonly Path[]): boolean {
  return scopes.some((scope) => scope === "" || isWithin(path, scope));
}

/** The writes that are still to be undone, the last first, each with those to the same file that came after it. */
function undoable(writes: readonly FileWrite[], scopes: readonly Path[]): readonly (readonly [FileWrite, readonly FileWrite[]])[] {
  const after = new Map<string, FileWrite[]>();
  const found: (readonly [FileWrite, readonly FileWrite[]])[] = [];
  for (const write of writes.toReversed()) {
    const before = after.get(write.file) ?? [];
    if (write.state === "stands" && isInAny(write.path, scopes)) found.push([write, before]);
    after.set(write.file, [write, ...before]);
  }
  return found;
}

/** The first of them that stands, and is not undone with these scopes. */
function laterBy(after: readonly FileWrite[], scopes: readonly Path[]): FileWrite | null {
  return after.find(({ state, path }) => (state === "stands" || state === "conflict") && !isInAny(path, scopes)) ?? null;
}

function undo(write: FileWrite, later: FileWrite | null, world: FileWorld): Undoing {
  return attempted(() => {
    const undoing = judge(write, wordOf(standing(write.file)), { later, world });
    return undoing.kind === "put-back" ? putBack(write, world) : undoing;
  });
}

/** Where there was no file and is none, there may still be the folders that were made for it. */
function judge(write: FileWrite, current: string | null, { later, world }: { later: FileWrite | null; world: FileWorld }): Undoing {
  if (later) return conflict(`${later.path} wrote it later`);
  const isBack = current === write.old;
  if (isBack && (current !== null || write.made === null)) return { kind: "done" };
  if (!isBack && current !== write.now) return conflict("it was changed since");
  if (realFile(write.file) !== write.file) return conflict("a link leads elsewhere now");
  const refusal = writeRefusal(write.file, world.writable.map(realFile));
  return refusal === null ? { kind: "put-back" } : conflict(refusal);
}

function putBack({ file, old, made }: FileWrite, { blobs }: FileWorld): Undoing {
  if (old === null) takeAway(file, made);
  else if (old.startsWith("link:")) putLink(file, old.slice("link:".length));
  else {
    const bytes = blobs.read(old);
    if (bytes === null) return conflict("what was in it before is gone");
    putBytes(file, bytes);
  }
  return { kind: "put-back" };
}

/** What the system refuses is left as it is. */
function attempted(undo: () => Undoing): Undoing {
  try {
    return undo();
  } catch (error) {
    if (error instanceof Error && "syscall" in error) return conflict(error.message);
    throw error;
  }
}

function conflict(why: string): Undoing {
  return { kind: "conflict", why };
}
