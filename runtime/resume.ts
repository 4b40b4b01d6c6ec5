import { runChangedContent, runNotUncertain, runRolledBack } from "../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import type { Path } from "../compiler/ir/path.ts";
import { merged } from "./2-schedule/limit-overrides.ts";
import type { Settled } from "./2-schedule/types.ts";
import type { LogWriter } from "./4-trace/log.ts";
import { readRun } from "./4-trace/read.ts";
import { createRecorder } from "./4-trace/recorder.ts";
import { openRunLog, runDir } from "./4-trace/run-folder.ts";
import { type ExecOptions, type ExecResult, type OpenRecord, recordEnd, runRecorded, whole } from "./exec.ts";
import { createFollower } from "./journal/follower.ts";
import { type Journal, readJournal, saidBefore } from "./journal/journal.ts";
import { knownRows } from "./journal/known-rows.ts";
import { recordedModel } from "./journal/recorded-model.ts";
import { causesOf, type Findings, resumePolicy, type Settlement } from "./journal/resume.ts";
import type { Started } from "./journal/started.ts";
import { liftedBy, readUndone, type Undone } from "./journal/undone.ts";
import { usable } from "./journal/usable.ts";
import { walk } from "./journal/walk.ts";
import { noGrants } from "./permissions/grants.ts";

/** A run that this process alone may write, with what it has recorded. */
export interface OpenedRun {
  readonly stateDir: string;
  readonly traceId: string;
  readonly log: LogWriter;
  readonly journal: Journal;
  readonly started: Started;
}

export type OpenedRunResult =
  | { readonly kind: "open"; readonly run: OpenedRun }
  | { readonly kind: "failed"; readonly diagnostic: Diagnostic };

/** Opens a run to go on with it; `resume` closes it, or else its log's `close`. Reports trace/locked, trace/newer-log, trace/damaged-log, trace/unwritable, run/never-began, run/hashes-only. */
export function openRun(stateDir: string, traceId: string): OpenedRunResult {
  const opened = openRunLog(stateDir, traceId);
  if (opened.kind === "failed") return opened;
  const { log } = opened;
  const read = usable(readJournal(runDir(stateDir, traceId), traceId));
  if (read.kind === "ok") return { kind: "open", run: { stateDir, traceId, log, journal: read.journal, started: read.started } };
  log.close();
  return read;
}

/** How to go on. Entry, input and notes are the run's own; the models are those that it was started with, with their keys. */
export interface ResumeOptions extends Omit<ExecOptions, "entry" | "task" | "notes" | "override" | "replay" | "traceId" | "stateDir"> {
  /** Whether what the plan asks otherwise than before is done again, with all that follows from it. */
  readonly accept: boolean;
  /** What a person says of effects that may have happened. */
  readonly settle: ReadonlyMap<Path, Settlement>;
}

/** How a resumed run ended; `uncertain`: nothing was done, because a person must say first what became of these calls. */
export type ResumeResult = ExecResult | { readonly kind: "uncertain"; readonly calls: readonly UncertainCall[] };

export interface UncertainCall {
  readonly path: Path;
  readonly tool: string;
}

/** Goes on with a run where it stopped. Closes its log, and the executor. Reports run/changed-content, run/not-uncertain, trace/unwritable. */
export async function resume(run: OpenedRun, options: ResumeOptions): Promise<ResumeResult> {
  const { journal, started, stateDir, traceId } = run;
  const { entry, task, notes, override, prompts } = started;
  const overrides = merged(started.overrides, options.overrides);
  const all: ExecOptions = { ...options, entry, task, notes, override, overrides, prompts, stateDir, traceId };
  const { projectDir } = options.grants ?? noGrants;
  const undone = readUndone(runDir(stateDir, traceId), projectDir);
  const judged = judge(run, all, { ...options, undone });
  if (judged.kind !== "go") {
    closing(run, all, judged);
    await options.executor.close();
    return judged;
  }
  const { redo } = judged;
  const policy = resumePolicy({ journal, settle: options.settle, redo, undone, projectDir, nowUs: options.nowUs }, nothingFound());
  const known = knownRows(readRun(runDir(stateDir, traceId)));
  const record = { follower: createFollower(journal, policy, options.nowUs), source: null, known };
  const before = { ...saidBefore(journal), worked: journal.worked(), ...modelsBefore(journal) };
  const files = { writes: undone.writes, lifted: liftedBy(undone, redo) };
  return whole(all, () => runRecorded(all, { log: run.log, hashes: journal.hashes, record, asked: journal.asked, before, files }));
}

type Judged = ResumeResult | { readonly kind: "go"; readonly redo: ReadonlySet<Path> };

type Judging = Pick<ResumeOptions, "accept" | "settle"> & { readonly undone: Undone };

/** Walks along the record to see whether the run can go on, before anything is done. */
function judge({ journal, traceId }: OpenedRun, all: ExecOptions, { accept, settle, undone }: Judging): Judged {
  if (undone.isRequested) return refused(runRolledBack(null, { run: traceId.slice(0, 8) }));
  const { findings, redo, settled } = look(journal, all, { settle, undone });
  if (journal.ended?.status === "ok") return { kind: "ended", status: "ok", settled: outcomeOf(journal, settled) };
  const [changed] = findings.changed;
  if (changed && !accept) return refused(runChangedContent(null, changedFacts(changed)));
  const open = findings.uncertain.map((task) => ({ path: task.path, tool: "tool" in task ? task.tool : "" }));
  if (open.length > 0) return { kind: "uncertain", calls: open };
  const stray = [...settle.keys()].find((path) => !journal.intents.has(path));
  if (stray !== undefined) return refused(runNotUncertain(null, { path: stray, run: traceId.slice(0, 8) }));
  return { kind: "go", redo };
}

/** What is found on the way, and what must be done again although something would catch its failure: the run would fail by records alone. */
function look(
  journal: Journal,
  all: ExecOptions,
  { settle, undone }: Pick<Judging, "settle" | "undone">,
): { findings: Findings; redo: ReadonlySet<Path>; settled: Settled | null } {
  const attempt = (redo: ReadonlySet<Path>) => {
    const findings = nothingFound();
    const { projectDir } = all.grants ?? noGrants;
    const policy = resumePolicy({ journal, settle, redo, undone, projectDir, nowUs: all.nowUs }, findings);
    return {
      findings,
      redo,
      settled: walk({ ...all, ...saidBefore(journal), ...modelsBefore(journal) }, createFollower(journal, policy, all.nowUs)),
    };
  };
  const first = attempt(new Set());
  if (first.settled?.kind !== "failed") return first;
  const causes = new Set(causesOf(first.settled.failure, journal));
  return causes.size > 0 ? attempt(causes) : first;
}

/** In a run that mixes models what went well keeps the model that it had. */
function modelsBefore(journal: Journal): OpenRecord["before"] {
  if (!journal.started?.mixesModels) return {};
  return { modelOf: (path) => (journal.tasks.get(path)?.row.status === "ok" ? recordedModel(journal, path) : null) };
}

function nothingFound(): Findings {
  return { changed: [], uncertain: [] };
}

function changedFacts({ path, difference }: Findings["changed"][number]) {
  return {
    path,
    field: difference?.field ?? "content",
    recorded: difference?.recorded ?? "something else",
    now: difference?.now ?? "this",
  };
}

/** A run that ended well says so again: as its answers have it, or, where the plan asks for others by now, as its log does, in text. */
function outcomeOf({ ended, text }: Journal, walked: Settled | null): Settled {
  if (walked?.kind === "ok") return walked;
  return { kind: "ok", key: ended?.key ?? "", value: text(ended?.value_hash ?? null) ?? "", failed: false };
}

/** Closes the log of a run that does not go on; that it waits for a person is noted in it. */
function closing({ log, traceId, journal }: OpenedRun, { nowUs, plan, entry }: ExecOptions, judged: ResumeResult): void {
  const recorder = createRecorder({ log, traceId, nowUs, texts: plan.trace.texts, known: journal.hashes });
  if (judged.kind === "uncertain") {
    const [first] = judged.calls;
    const message = `it is not known whether ${judged.calls.map(({ path }) => path).join(", ")} took effect`;
    const failure = { code: "uncertain" as const, message, path: first?.path ?? "" };
    recordEnd(recorder, entry, { settled: { kind: "failed", failure }, status: "uncertain" });
  }
  recorder.close();
}

function refused(diagnostic: Diagnostic): Judged {
  return { kind: "refused", diagnostic };
}
