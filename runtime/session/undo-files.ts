/** Undoes writes to files, the last first, and tells of each what came of it. */
import type { Path } from "../../compiler/ir/path.ts";
import { sweepDrafts } from "../../stdlib/tools/drafts.ts";
import { type WriteScope, writeRefusal } from "../../stdlib/tools/files-write.ts";
import type { TraceEvent } from "../4-trace/columns.ts";
import type { Blobs } from "./blobs.ts";
import { type FileWrite, keyOfFile } from "./file-writes.ts";
import { linkOf, putBytes, putLink, realFile, realScope, standing, takeAway, wordOf } from "./kept-files.ts";
import { toUndo } from "./scopes.ts";

/** Where files are undone, and what may be written there. */
export interface FileWorld extends WriteScope {
  readonly blobs: Blobs;
}

/** What is to become of a write. `done`: what was there before is there already; otherwise why it is left as it is: nobody allowed it, or it would lose something. */
export type Undoing = { readonly kind: "done" | "put-back" } | { readonly kind: "refused" | "conflict"; readonly why: string };

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
  for (const [write, later] of toUndo(writes, scopes, ({ file }) => file)) {
    const undoing = undo(write, later, world);
    write.state = "why" in undoing ? "conflict" : "undone";
    const event = { path: write.path, tool_name: write.tool, key: keyOfFile(write.file, world.projectDir) };
    if ("why" in undoing) tell({ kind: "rollback_conflict", ...event, message: undoing.why });
    else tell({ kind: "rollback_undone", ...event });
  }
}

/** Takes away the drafts that killed processes left of these writes: a folder that was made for a file could not go with it otherwise. */
export function sweepWrites(writes: readonly FileWrite[], world: WriteScope): void {
  const scope = realScope(world);
  for (const { file, old, now, state } of writes)
    if (state === "stands" && writeRefusal(file, scope) === null)
      attempted(() => {
        for (const word of [old, now]) if (word !== null && realFile(file) === file) sweepDrafts(file, word);
        return { kind: "done" };
      });
}

/** What `undoFiles` would do now, in its order. */
export function undoingsOf(
  writes: readonly FileWrite[],
  scopes: readonly Path[],
  world: FileWorld,
): readonly (readonly [FileWrite, Undoing])[] {
  const words = new Map<string, string | null>();
  return toUndo(writes, scopes, ({ file }) => file).map(([write, later]) => {
    const undoing = attempted(() => {
      const current = words.has(write.file) ? (words.get(write.file) ?? null) : wordOf(standing(write.file));
      const judged = judge(write, current, { later, world });
      words.set(write.file, judged.kind === "put-back" ? write.old : current);
      return judged;
    });
    return [write, undoing];
  });
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
  const refusal = writeRefusal(write.file, realScope(world));
  return refusal === null ? { kind: "put-back" } : { kind: "refused", why: refusal };
}

function putBack({ file, old, made }: FileWrite, { blobs }: FileWorld): Undoing {
  const link = linkOf(old);
  if (old === null) takeAway(file, made);
  else if (link !== null) putLink(file, link);
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
