/**
 * Files that a run's tools replace: saved before, undone after.
 *
 * Owns the list of the run's writes. Invariants:
 * U1: before a tool replaces a file, what was in it is kept as a blob, then told in the log, then the tool begins.
 * U2: one call at a time replaces a file, so what a call saved is what it replaced.
 * U3: a write is undone once: never again after its `rollback_undone` or `rollback_conflict`.
 * U4: no draft of an earlier process is left once the list is open.
 */
import { type Digest, digestBytes } from "../../compiler/ir/digest.ts";
import type { Path } from "../../compiler/ir/path.ts";
import { writeRefusal } from "../../stdlib/tools/files-write.ts";
import { builtInTool } from "../../stdlib/tools/index.ts";
import type { PermittedTool, TaskResult, ToolTask } from "../3-task/task.ts";
import type { TraceEvent } from "../4-trace/columns.ts";
import { type FileWrite, savedEvent, writesNothing } from "./file-writes.ts";
import { missingFolder, realFile, realScope, type Standing, standing, wordOf } from "./kept-files.ts";
import { type FileWorld, sweepWrites, undoFiles } from "./undo-files.ts";

/** What becomes of the files of a run. */
export interface ActionLog {
  /** Does a tool call, and saves before it what it will replace. A call that cannot be saved is not made. */
  readonly around: (task: PermittedTool, signal: AbortSignal, work: () => Promise<TaskResult>) => Promise<TaskResult>;
  /** Undoes what was written at or within these paths, and not before. */
  readonly undo: (scopes: readonly Path[]) => void;
}

export interface ActionLogOptions extends FileWorld {
  /** What earlier processes wrote. */
  readonly writes: readonly FileWrite[];
  readonly tell: (event: TraceEvent) => void;
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
}

/** Opens the list, with what is on it. The processes that wrote it are gone. */
export function openActionLog(options: ActionLogOptions): ActionLog {
  const writes = [...options.writes];
  sweepWrites(writes, options);
  const inTurn = turns();
  return {
    around: (task, signal, work) => {
      const replaced = replacedBy(task, options.projectDir);
      if (replaced === null) return work();
      return inTurn(replaced.file, async () => {
        const saved = signal.aborted ? null : save(task, replaced, options);
        if (typeof saved === "string") return unsaved(saved, options.nowUs());
        if (saved) writes.push(saved);
        const result = await work();
        if (saved && result.kind === "failed" && writesNothing(result)) saved.state = "void";
        return result;
      });
    },
    undo: (scopes) => undoFiles(writes, scopes, options, options.tell),
  };
}

/** A file, absolute and no link, and what a call makes of it and answers. */
interface Replaced {
  readonly file: string;
  readonly now: Digest;
  readonly answer: string;
}

/** The file that a call would replace, null where it replaces none. */
export function replacedBy({ tool, args, own }: Pick<ToolTask, "tool" | "args" | "own">, projectDir: string): Replaced | null {
  const builtIn = own === null ? builtInTool(tool) : undefined;
  const replaced = builtIn?.replaces?.(args, projectDir) ?? null;
  if (replaced === null) return null;
  const file = attempted(() => realFile(replaced.file));
  return file.kind === "ok" ? { file: file.value, now: digestBytes(replaced.content), answer: replaced.answer } : null; // the tool says why
}

/** Keeps what will be replaced. Null where the tool will refuse to; a text where it cannot be kept. */
function save(task: PermittedTool, { file, now }: Replaced, options: ActionLogOptions): FileWrite | string | null {
  if (writeRefusal(file, realScope(options)) !== null) return null;
  const found = attempted(() => standing(file));
  if (found.kind === "failed") return `what is in ${file} cannot be kept: ${found.message}`;
  if (found.value.kind === "other") return `it is no file: ${file}`;
  const old = kept(found.value, options);
  const write: FileWrite = { path: task.path, tool: task.tool, file, old, now, made: missingFolder(file), state: "stands" };
  options.tell(savedEvent(write, options.projectDir));
  return write;
}

function kept(found: Standing, { blobs }: ActionLogOptions): string | null {
  const word = wordOf(found);
  if (found.kind === "file" && word !== null) blobs.keep(word, found.bytes);
  return word;
}

function unsaved(message: string, nowUs: number): TaskResult {
  return { kind: "failed", code: "tool", message, details: null, startUs: nowUs, endUs: nowUs, thread: 0, attempts: [] };
}

/** Work for the same file waits for what came before it. */
function turns(): <T>(file: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (file, work) => {
    const turn = (last.get(file) ?? Promise.resolve()).then(work);
    const over = turn.then(
      () => {},
      () => {}, // whoever asked is told
    );
    last.set(file, over);
    void over.then(() => last.get(file) === over && last.delete(file));
    return turn;
  };
}

type Attempted<T> = { readonly kind: "ok"; readonly value: T } | { readonly kind: "failed"; readonly message: string };

function attempted<T>(work: () => T): Attempted<T> {
  try {
    return { kind: "ok", value: work() };
  } catch (error) {
    if (error instanceof Error && "syscall" in error) return { kind: "failed", message: error.message };
    throw error;
  }
}
