/** Undoes, on request, what a run or an agent of it wrote: to memory, artifacts and files. */
import { canonical, type Json } from "../../compiler/ir/json.ts";
import type { Path } from "../../compiler/ir/path.ts";
import type { Recorder } from "../4-trace/recorder.ts";
import type { Journal as RunJournal } from "../journal/journal.ts";
import { writeArtifact } from "./artifacts.ts";
import type { FileWrite } from "./file-writes.ts";
import { type MemoryWrite, rollbackName } from "./follow.ts";
import { type Memory, write } from "./memory.ts";
import type { Restored } from "./restore.ts";
import { isInAny, toUndo } from "./scopes.ts";
import { type FileWorld, sweepWrites, type Undoing, undoFiles, undoingsOf } from "./undo-files.ts";

/** What undoing a scope comes to, in its order. */
export interface Undoings {
  readonly files: readonly (readonly [FileWrite, Undoing])[];
  readonly memory: readonly (readonly [MemoryWrite, Undoing])[];
  /** Calls with effects that nothing undoes. */
  readonly acts: readonly { readonly path: Path; readonly tool: string }[];
}

/** A run, as its log and the disk have it. */
export interface RolledRun {
  readonly session: Restored;
  readonly journal: Pick<RunJournal, "intents" | "tasks">;
  readonly files: readonly FileWrite[];
  readonly world: FileWorld;
}

/** What would be undone at or within `scope`; an empty one is all of the run. */
export function undoings({ session, journal, files, world }: RolledRun, scope: Path): Undoings {
  const replaced = new Set(files.map(({ path }) => path));
  const acts = [...journal.intents.keys()].flatMap((path) => {
    const row = journal.tasks.get(path)?.row;
    const isAct = isInAny(path, [scope]) && !replaced.has(path) && row?.status !== "refused";
    return isAct ? [{ path, tool: row?.tool_name ?? "a tool" }] : [];
  });
  return { files: undoingsOf(files, [scope], world), memory: ofMemory(session.writes, scope), acts };
}

/** Undoes it, and tells the log: memory in one write, then each file. Throws the system's errors where the log cannot be written. */
export function rollBackRun({ session, files, world }: RolledRun, scope: Path, recorder: Recorder): void {
  const memory = ofMemory(session.writes, scope);
  recorder.together(() => {
    for (const [write, { kind }] of memory) if (kind === "put-back") putBack(session.memory, write, recorder);
    recorder.event({ kind: "rollback", path: scope, detail: canonical({ reason: "request" }) });
    for (const [{ path, key }, undoing] of memory)
      if ("why" in undoing) recorder.event({ kind: "rollback_conflict", path, tool_name: rollbackName, key, message: undoing.why });
  });
  sweepWrites(files, world);
  undoFiles(files, [scope], world, recorder.event);
}

function ofMemory(writes: readonly MemoryWrite[], scope: Path): readonly (readonly [MemoryWrite, Undoing])[] {
  return toUndo(writes, [scope], ({ key, old }) => `${old.kind} ${key}`).map(([write, later]) => [
    write,
    later ? { kind: "conflict", why: `${later.path} wrote it later` } : { kind: "put-back" },
  ]);
}

/** Writes an old value anew, so that versions go on. */
function putBack(memory: Memory, { path, key, old }: MemoryWrite, recorder: Recorder): void {
  const by = { path, tool_name: rollbackName, key };
  if (old.kind === "artifact") {
    const { digest, size } = old.artifact ?? { digest: null, size: 0 };
    const { artifact, old: now } = writeArtifact(memory, digest === null ? { kind: "discard", key } : { kind: "store", key, digest, size });
    const detail = canonical({ size, is_update: now !== null, old_size: now?.size ?? null });
    const columns = { version: artifact.version, detail, value_hash: digest, old_hash: now?.digest ?? null };
    return recorder.event({ kind: digest === null ? "artifact_deleted" : "artifact_written", ...by, ...columns });
  }
  const {
    value,
    version,
    old: now,
  } = write(memory, old.value === undefined ? { kind: "delete", key } : { kind: "set", key, value: old.value });
  const hash = (text: Json | undefined) => (text === undefined ? null : recorder.text(canonical(text)));
  recorder.event({
    kind: value === undefined ? "state_deleted" : "state_set",
    ...by,
    version,
    value_hash: hash(value),
    old_hash: hash(now),
  });
}
