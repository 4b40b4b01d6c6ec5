/** What a log tells of files that tools replaced, and of how much of that was undone. */
import { isAbsolute, relative, resolve } from "node:path";
import { canonical } from "../../compiler/ir/json.ts";
import { isInside } from "../../stdlib/tools/paths.ts";
import type { Row, TraceEvent } from "../4-trace/columns.ts";
import { detailOf } from "../journal/result.ts";
import { linkOf, wordOfLink } from "./kept-files.ts";
import type { Undoable } from "./scopes.ts";

/** A file that a tool call replaced, or was about to. */
export interface FileWrite extends Undoable {
  readonly tool: string;
  /** Absolute, and no link. */
  readonly file: string;
  /** What stood there before, and what the call puts there: a word of `wordOf`, null for nothing. */
  readonly old: string | null;
  readonly now: string | null;
  /** The outermost folder that was not there yet; null where all were. */
  readonly made: string | null;
  state: Undoable["state"];
}

/** How a log names a file: against the project where it lies in it. */
export function keyOfFile(file: string, projectDir: string): string {
  return isInside(projectDir, file) ? relative(projectDir, file) || "." : file;
}

/** The event that tells of a write before it is done. */
export function savedEvent(write: FileWrite, projectDir: string): TraceEvent {
  const { path, tool, file, old, now, made } = write;
  const to = linkOf(old);
  const link = to === null ? {} : { link: to };
  const folder = made === null ? {} : { made: keyOfFile(made, projectDir) };
  const columns = { old_hash: to === null ? old : null, value_hash: now, detail: canonical({ ...link, ...folder }) };
  return { kind: "file_saved", path, tool_name: tool, key: keyOfFile(file, projectDir), ...columns };
}

/** A collector of the writes that a log tells of, row by row. */
export function fileWritesOf(projectDir: string): { readonly writes: FileWrite[]; readonly note: (row: Row) => void } {
  const writes: FileWrite[] = [];
  const last = (holds: (write: FileWrite) => boolean) => writes.findLast((write) => write.state === "stands" && holds(write));
  const settle = ({ path, key }: Row, state: "undone" | "conflict") => {
    const write = last((each) => each.path === path && each.file === resolve(projectDir, key ?? ""));
    if (write) write.state = state;
  };
  const note = (row: Row) => {
    if (row.kind === "file_saved") writes.push(writeOf(row, projectDir));
    else if (row.kind === "rollback_undone") settle(row, "undone");
    else if (row.kind === "rollback_conflict") settle(row, "conflict");
    else if (row.kind === "tool_call" && writesNothing(row)) {
      const write = writes.length > 0 ? last(({ path }) => path === row.path) : undefined;
      if (write) write.state = "void";
    }
  };
  return { writes, note };
}

/** Whether a call that ended so has left the file alone. */
export function writesNothing({ code }: { readonly code: string | null }): boolean {
  return code === "tool" || code === "refused";
}

function writeOf(row: Row, projectDir: string): FileWrite {
  const { link, made } = detailOf(row);
  const absolute = (key: string) => (isAbsolute(key) ? key : resolve(projectDir, key));
  return {
    path: row.path ?? "",
    tool: row.tool_name ?? "",
    file: absolute(row.key ?? ""),
    old: typeof link === "string" ? wordOfLink(link) : row.old_hash,
    now: row.value_hash,
    made: typeof made === "string" ? absolute(made) : null,
    state: "stands",
  };
}
