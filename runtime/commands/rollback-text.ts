/** What undoing a run comes to, for people. */
import { keyOfFile } from "../session/file-writes.ts";
import type { OldValue } from "../session/follow.ts";
import type { Undoings } from "../session/roll-back.ts";
import type { Undoing } from "../session/undo-files.ts";
import { alignRows } from "./columns-text.ts";

/** Whether a write is undone, now or where that is granted. */
export function isUndoing({ kind }: Undoing): boolean {
  return kind === "done" || kind === "put-back" || kind === "refused";
}

/** How many writes have such an undoing. */
export function countOf({ files, memory }: Undoings, counts: (undoing: Undoing) => boolean): number {
  return [...files, ...memory].filter(([, undoing]) => counts(undoing)).length;
}

/** A line for each write, the last first: what is undone, and what stays and why. */
export function listing({ files, memory, acts }: Undoings, projectDir: string): string {
  const rows = [
    ...files.map(([{ file, path, old }, undoing]) => [
      verb(undoing),
      "file",
      keyOfFile(file, projectDir),
      "why" in undoing ? undoing.why : old === null ? "was not there" : "back to what it was",
      path,
    ]),
    ...memory.map(([{ key, path, old }, undoing]) => [verb(undoing), old.kind, key, "why" in undoing ? undoing.why : before(old), path]),
    ...acts.map(({ tool, path }) => ["keep", "act", tool, "cannot be undone", path]),
  ];
  return rows.length === 0 ? "nothing to undo\n" : `${alignRows(rows, []).join("\n")}\n`;
}

function verb(undoing: Undoing): string {
  return isUndoing(undoing) ? "undo" : "keep";
}

function before(old: OldValue): string {
  const wasThere = old.kind === "state" ? old.value !== undefined : old.artifact !== null;
  return wasThere ? "back to what it was" : "was not there";
}
