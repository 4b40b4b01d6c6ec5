import { dirname } from "node:path";
import {
  runNoSuchPath,
  runRollbackNotGranted,
  runRollbackUnconfirmed,
  sessionFailed,
  traceUnwritable,
} from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import type { Path } from "../../compiler/ir/path.ts";
import { projectDir } from "../1-load/project-dir.ts";
import type { LogWriter } from "../4-trace/log.ts";
import { readRun } from "../4-trace/read.ts";
import { createRecorder } from "../4-trace/recorder.ts";
import { keptIn, openRunLog, runDir } from "../4-trace/run-folder.ts";
import { loadRuns } from "../5-store/store.ts";
import { readJournal } from "../journal/journal.ts";
import { readUndone } from "../journal/undone.ts";
import { usable } from "../journal/usable.ts";
import { grantsOf } from "../permissions/grants.ts";
import { blobsDir, fileBlobs } from "../session/blobs.ts";
import { realFile } from "../session/kept-files.ts";
import { restore } from "../session/restore.ts";
import { type RolledRun, rollBackRun, type Undoings, undoings } from "../session/roll-back.ts";
import { isInAny } from "../session/scopes.ts";
import type { Host } from "./exec.ts";
import { tell } from "./io.ts";
import { allowedBy, type PermissionFlags } from "./permissions-cli.ts";
import { refuse } from "./report-run.ts";
import { countOf, isUndoing, listing } from "./rollback-text.ts";
import { runId } from "./run-id.ts";
import { openPrompter } from "./terminal.ts";
import { storeWaitMs } from "./with-store.ts";

/** The flags of `tama runs rollback`. */
export interface RollbackFlags extends Pick<PermissionFlags, "allowWrite"> {
  readonly stateDir: string;
  readonly directory?: string;
  readonly run: string;
  /** The path of an agent's span; null for the whole run. */
  readonly agent: Path | null;
  /** `ask`: do it where a person says so. */
  readonly how: "do" | "tell" | "ask";
  readonly nowUs: () => number;
}

/** `tama runs rollback RUN`: undoes what a run, or an agent of it, wrote. */
export async function rollbackCommand(flags: RollbackFlags, host: Host): Promise<ExitCode> {
  const { stateDir, how } = flags;
  const found = await runId(stateDir, flags.run);
  if (found.kind === "failed") return refuse(host.io, [found.diagnostic], exitCodes.diagnostics);
  if (how === "tell") return told(flags, found.id, host);
  const opened = openRunLog(stateDir, found.id);
  if (opened.kind === "failed") return refuse(host.io, [opened.diagnostic], exitCodes.diagnostics);
  const code = await undo(flags, { id: found.id, log: opened.log }, host);
  tell(host.io, await loadRuns({ stateDir, waitMs: storeWaitMs, run: found.id }));
  return code;
}

function told(flags: RollbackFlags, id: string, host: Host): ExitCode {
  const read = readRolled(flags, id, host);
  if (read.kind === "failed") return refuse(host.io, read.diagnostics, exitCodes.diagnostics);
  host.io.stdout(listing(undoings(read.run, flags.agent ?? ""), read.run.world.projectDir));
  return exitCodes.ok;
}

/** Undoes with the log open, so that nobody writes it meanwhile, and closes it. */
async function undo(flags: RollbackFlags, { id, log }: { id: string; log: LogWriter }, host: Host): Promise<ExitCode> {
  const { io } = host;
  const scope = flags.agent ?? "";
  const read = readRolled(flags, id, host);
  const known = read.kind === "ok" ? read.hashes : [];
  const recorder = createRecorder({ log, traceId: id, nowUs: flags.nowUs, texts: "full", known });
  try {
    if (read.kind === "failed") return refuse(io, read.diagnostics, exitCodes.diagnostics);
    const planned = undoings(read.run, scope);
    io.stdout(listing(planned, read.run.world.projectDir));
    if (countOf(planned, isUndoing) === 0) return exitCodes.ok;
    const missing = notGranted(planned, id);
    if (missing) return refuse(io, [missing], exitCodes.diagnostics);
    if (flags.how === "ask" && !(await confirmed(host))) return refuse(io, [runRollbackUnconfirmed(null)], exitCodes.usage);
    rollBackRun(read.run, scope, recorder);
    const left = countOf(planned, (undoing) => !isUndoing(undoing)) + planned.acts.length;
    io.stderr(`tama: undid ${countOf(planned, isUndoing)} of run ${id.slice(0, 8)}${left > 0 ? `, left ${left}` : ""}\n`);
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    return refuse(io, [traceUnwritable(null, { dir: runDir(flags.stateDir, id), reason: error.message })], exitCodes.diagnostics);
  } finally {
    recorder.close();
  }
}

type Read =
  | { readonly kind: "ok"; readonly run: RolledRun; readonly hashes: ReadonlySet<string> }
  | { readonly kind: "failed"; readonly diagnostics: readonly Diagnostic[] };

function readRolled({ stateDir, agent, ...flags }: RollbackFlags, id: string, host: Host): Read {
  const allowed = allowedBy(flags, host);
  if (allowed.kind === "failed") return allowed;
  const dir = runDir(stateDir, id);
  const judged = usable(readJournal(dir, id));
  if (judged.kind === "failed") return { kind: "failed", diagnostics: [judged.diagnostic] };
  const session = restore(stateDir, id);
  if (session.kind === "failed")
    return { kind: "failed", diagnostics: [sessionFailed(null, { code: session.error.code, reason: session.error.message })] };
  if (agent !== null && !hasPath(dir, agent))
    return { kind: "failed", diagnostics: [runNoSuchPath(null, { run: id.slice(0, 8), path: agent })] };
  const project = realFile(projectDir(flags.directory, host.cwd));
  const { writable } = grantsOf(allowed.allowance, { needs: { effects: [], hosts: [], env: [] } }, project);
  const world = { blobs: fileBlobs(blobsDir(dir)), projectDir: project, writable, closed: keptIn(stateDir) };
  const { journal } = judged;
  return {
    kind: "ok",
    run: { session: session.value, journal, files: readUndone(dir, project).writes, world },
    hashes: journal.hashes,
  };
}

function hasPath(dir: string, agent: Path): boolean {
  for (const { path } of readRun(dir)) if (path !== null && isInAny(path, [agent])) return true;
  return false;
}

/** The first file that would be put back where nobody may write. */
function notGranted({ files }: Undoings, id: string): Diagnostic | null {
  const [write] = files.find(([, { kind }]) => kind === "refused") ?? [];
  return write
    ? runRollbackNotGranted(null, { run: id.slice(0, 8), file: write.file, flag: `--allow-write=${dirname(write.file)}` })
    : null;
}

async function confirmed({ input, io, signal }: Host): Promise<boolean> {
  const terminal = input();
  if (!terminal) return false;
  const prompter = openPrompter({ input: terminal, write: io.stderr });
  const typed = await prompter.ask("undo this? (yes/no) ", (line) => ({ kind: "ok", value: /^y(es)?$/i.test(line) }), signal);
  prompter.close();
  return typed.kind === "typed" && typed.value;
}
