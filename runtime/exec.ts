import { traceUnwritable } from "../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import type { Digest } from "../compiler/ir/digest.ts";
import type { FailureCode } from "../compiler/ir/failure.ts";
import { canonical, type Json, toText } from "../compiler/ir/json.ts";
import { callPath, type Path } from "../compiler/ir/path.ts";
import type { Plan } from "../compiler/ir/plan.ts";
import type { WriteScope } from "../stdlib/tools/files-write.ts";
import { isEmpty, type LimitOverrides, merged, plainOverrides } from "./2-schedule/limit-overrides.ts";
import type { Settled } from "./2-schedule/types.ts";
import type { RunModel } from "./3-task/task.ts";
import type { TraceEvent } from "./4-trace/columns.ts";
import type { LogWriter } from "./4-trace/log.ts";
import { thisProcess } from "./4-trace/process-identity.ts";
import { createRecorder, type Recorder } from "./4-trace/recorder.ts";
import { keptIn, openRunLog, runDir } from "./4-trace/run-folder.ts";
import { type Asker, nobody } from "./asker.ts";
import type { Debug } from "./debug.ts";
import type { Executor } from "./executors/executor.ts";
import { openCache } from "./journal/cache.ts";
import { isWithin } from "./journal/difference.ts";
import { createFollower } from "./journal/follower.ts";
import { type Journal, saidBefore } from "./journal/journal.ts";
import { keepPlan } from "./journal/kept-plan.ts";
import { recordedModel } from "./journal/recorded-model.ts";
import { replayPolicy } from "./journal/replay.ts";
import type { LoopOptions } from "./loop-options.ts";
import { type Inbox, openInbox } from "./people/inbox.ts";
import { cancelName, takeCancel } from "./people/mailbox.ts";
import { type Grants, noGrants } from "./permissions/grants.ts";
import type { RecordToFollow, Source } from "./record-writer.ts";
import { cancelReason, runLoop } from "./run-loop.ts";
import { openActionLog } from "./session/action-log.ts";
import { defaultMaxArtifactBytes } from "./session/artifacts.ts";
import { blobsDir, fileBlobs } from "./session/blobs.ts";
import type { FileWrite } from "./session/file-writes.ts";
import { realFile } from "./session/kept-files.ts";
import type { After } from "./work-clock.ts";

export { runDir } from "./4-trace/run-folder.ts";

export interface ExecOptions {
  readonly plan: Plan;
  readonly entry: string;
  readonly task: string;
  readonly models: Readonly<Record<string, RunModel>>;
  /** What was overridden on the command line or by the environment, recorded with the run. */
  readonly notes: readonly string[];
  /** What `--model` said, recorded with the run. Default: nothing. */
  readonly override?: string | null;
  /** System prompts in place of the plan's, by the path of a step: of that one, and of the same in later rounds and attempts. Default: none; a replay has those of its run, too. */
  readonly prompts?: ReadonlyMap<Path, string>;
  /** A run whose answers stand for work. Default: none. */
  readonly replay?: Replay;
  /** Whether answers of models and worker code are taken from other runs of the project where the same was asked. Default: no. */
  readonly cache?: "use" | "off";
  readonly stateDir: string;
  /** 32 hex digits. */
  readonly traceId: string;
  readonly executor: Executor;
  readonly concurrency: number;
  /** The largest artifact, in bytes. Default 100 MiB. */
  readonly maxArtifactBytes?: number;
  /** Limits in place of the plan's. Default: none; a replay has those of its run. */
  readonly overrides?: LimitOverrides;
  /** Timers. Default: those of the process. */
  readonly after?: After;
  /** Who looks at requests and answers. Default: nobody. */
  readonly debug?: Debug;
  /** Who answers questions to people. Default: nobody, and a run that has one ends as waiting. */
  readonly asker?: Asker;
  /** What tools may do; never recorded. Default: nothing beyond reading the project's files. */
  readonly grants?: Grants;
  /** The longest time that a call of a built-in tool may take. Default 120 seconds. */
  readonly toolTimeoutMs?: number;
  readonly signal: AbortSignal;
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
  readonly onEvent: (event: TraceEvent) => void;
  /** Told how the run ended as soon as the log holds it, before the log is sealed and the threads have ended. Default: nobody. */
  readonly onEnded?: (ended: Ended) => void;
}

/** A run to repeat. */
export interface Replay {
  readonly journal: Journal;
  /** The path where work begins again; null for nowhere. */
  readonly from: Path | null;
  /** Whether the models are others than the run's from there on. Default: no. */
  readonly changesModels?: boolean;
}

export type RunStatus = "ok" | "error" | "limit" | "interrupted" | "waiting" | "uncertain";

/** How a run ended. */
export interface Ended {
  readonly kind: "ended";
  readonly status: RunStatus;
  readonly settled: Settled;
}

/** How a run ended; `refused` when it could not begin, or its log could not be written. */
export type ExecResult = Ended | { readonly kind: "refused"; readonly diagnostic: Diagnostic };

/** Runs a verified plan and records it. Closes the executor and the log. Refused where the log cannot be written, at the start or later on: reports trace/locked, trace/unwritable. */
export function exec(options: ExecOptions): Promise<ExecResult> {
  const { stateDir, traceId } = options;
  return whole(options, async () => {
    const opened = openRunLog(stateDir, traceId);
    if (opened.kind === "failed") return { kind: "refused", diagnostic: opened.diagnostic };
    const { replay } = options;
    const overrides = merged(replay?.journal.started?.overrides, options.overrides);
    const prompts = new Map([...(replay?.journal.started?.prompts ?? []), ...(options.prompts ?? [])]);
    const asking = { ...options, overrides, prompts, ...(replay?.from === null ? { asker: nobody } : {}) };
    const record = replay ? replayOf(replay, options.nowUs) : null;
    return runRecorded(asking, {
      log: opened.log,
      hashes: [],
      record,
      asked: new Map(),
      files: { writes: [], lifted: [] },
      before: replay && record ? { ...saidBefore(replay.journal), ...modelsBefore(replay, record) } : {},
    });
  });
}

/** Does what closes the executor at its end; where the disk fails, the run is refused. */
export async function whole(options: ExecOptions, run: () => Promise<ExecResult>): Promise<ExecResult> {
  try {
    return await run();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return {
      kind: "refused",
      diagnostic: traceUnwritable(null, { dir: runDir(options.stateDir, options.traceId), reason: error.message }),
    };
  } finally {
    await options.executor.close();
  }
}

/** An open log, the digests of texts that it holds already, and what leads the run. */
export interface OpenRecord {
  readonly log: LogWriter;
  readonly hashes: Iterable<Digest>;
  readonly record: RecordToFollow | null;
  /** Questions that stood before. */
  readonly asked: Journal["asked"];
  /** What was spent on answers that count no more, and the time at work of processes before this one. */
  readonly before: Partial<Pick<LoopOptions, "earlier" | "edits" | "verdicts" | "spans" | "worked" | "modelOf">>;
  /** Files that processes before this one have replaced, and paths within which what was undone is done again. */
  readonly files: { readonly writes: readonly FileWrite[]; readonly lifted: readonly Path[] };
}

/** Runs into an open log, and closes it. */
export async function runRecorded(options: ExecOptions, { log, hashes, record, asked, before, files }: OpenRecord): Promise<ExecResult> {
  const { traceId, nowUs, plan, stateDir } = options;
  const recorder = createRecorder({ log, traceId, nowUs, texts: plan.trace.texts, known: hashes });
  const inbox = openInbox(runDir(stateDir, traceId), plan.trace.texts);
  try {
    if (plan.trace.texts === "full") keepPlan(runDir(stateDir, traceId), plan); // the plan has the prompts
    recordStart(recorder, { ...options, mixesModels: before.modelOf !== undefined }, record?.source ?? null);
    const tell = teller(recorder, options);
    for (const path of files.lifted) tell({ kind: "rollback_lifted", path });
    const blobs = fileBlobs(blobsDir(runDir(stateDir, traceId)));
    const grants = closedTo(stateDir, options.grants ?? noGrants);
    const actions = openActionLog({ ...writeScope(grants), blobs, writes: files.writes, nowUs, tell });
    const { cache, ...rest } = options;
    const signal = AbortSignal.any([options.signal, cancelSignal(inbox, runDir(stateDir, traceId))]);
    const lookUp = cache === "use" ? { cache: openCache(stateDir, nowUs) } : {};
    const settled = await runLoop({
      ...rest,
      ...before,
      ...lookUp,
      grants,
      signal,
      recorder,
      blobs,
      actions,
      inbox,
      asked,
      ...(record ? { record } : {}),
    });
    const ended: Ended = { kind: "ended", status: statusOf(settled), settled };
    recordEnd(recorder, options.entry, ended);
    options.onEnded?.(ended);
    return ended;
  } finally {
    inbox.close();
    recorder.close();
  }
}

/** The same grants, but for what is kept of runs. */
function closedTo(stateDir: string, grants: Grants): Grants {
  return { ...grants, closed: [...grants.closed, ...keptIn(stateDir)] };
}

/** Where the tools of a run may write. */
function writeScope({ projectDir, writable, closed }: Grants): WriteScope {
  return { projectDir: realFile(projectDir), writable, closed };
}

/** Tells the log, then whoever listens. */
function teller(recorder: Recorder, { onEvent }: ExecOptions): (event: TraceEvent) => void {
  return (event) => {
    recorder.event(event);
    onEvent(event);
  };
}

/** Aborts when another process asks this one to stop the run. */
function cancelSignal(inbox: Inbox, dir: string): AbortSignal {
  const controller = new AbortController();
  inbox.listen((name) => {
    if (name === cancelName && takeCancel(dir, thisProcess())) controller.abort(cancelReason);
  });
  return controller.signal;
}

function replayOf({ journal, from }: Replay, nowUs: () => number): RecordToFollow {
  const policy = replayPolicy({ journal, from, nowUs });
  return { follower: createFollower(journal, policy, nowUs), source: { source: "replay", source_run: journal.traceId }, known: null };
}

/** Where models change at a path: the recorded ones before it. */
function modelsBefore({ journal, from, changesModels }: Replay, { follower }: RecordToFollow): OpenRecord["before"] {
  if (!changesModels && !journal.started?.mixesModels) return {};
  const isBefore = (path: Path) => from === null || !(follower.isOver() || isWithin(path, from));
  return { modelOf: (path) => (isBefore(path) ? recordedModel(journal, path) : null) };
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error;
}

/** Notes how the run was started, by all that a resume or a replay must know. */
function recordStart(recorder: Recorder, options: ExecOptions & { readonly mixesModels: boolean }, source: Source | null): void {
  const { plan, entry, task, models, notes, maxArtifactBytes, mixesModels, prompts = new Map<Path, string>() } = options;
  const told = Object.fromEntries([...prompts].map(([path, prompt]) => [path, recorder.text(prompt)]));
  const detail = canonical({
    entry,
    project: plan.project,
    plan: plan.digest,
    semantics: plan.semantics,
    models: modelNames(models),
    parameters: modelParameters(models),
    override: options.override ?? null,
    notes,
    ...(isEmpty(options.overrides) ? {} : { limits: plainOverrides(options.overrides) }),
    ...(prompts.size > 0 ? { prompts: told } : {}),
    ...(mixesModels ? { mixes_models: true } : {}),
    max_artifact_size: maxArtifactBytes ?? defaultMaxArtifactBytes,
  });
  const input_hash = recorder.text(task);
  recorder.event({ kind: "run_started", path: callPath("", entry, 1), status: "running", input_hash, detail, ...source });
}

/** Notes how the run ended. */
export function recordEnd(recorder: Recorder, entry: string, { settled, status }: { settled: Settled; status: RunStatus }): void {
  const path = callPath("", entry, 1);
  if (settled.kind === "ok")
    return recorder.event({ kind: "run_ended", path, status, key: settled.key, value_hash: recorder.text(toText(settled.value)) });
  const { code, message, path: at, details } = settled.failure;
  const detail = canonical({ path: at, ...(details === undefined ? {} : { details }) });
  recorder.event({ kind: "run_ended", path, status, code, message, detail });
}

function modelNames(models: Readonly<Record<string, RunModel>>): Record<string, string> {
  return Object.fromEntries(Object.entries(models).map(([id, model]) => [id, `${model.provider}:${model.name}`]));
}

/** What a model is asked with besides its name, where it is asked with anything. */
function modelParameters(models: Readonly<Record<string, RunModel>>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(models).map(([id, { temperature, maxTokens, seed }]) => [
      id,
      {
        ...(temperature === null ? {} : { temperature }),
        ...(maxTokens === null ? {} : { max_tokens: maxTokens }),
        ...(seed === null ? {} : { seed }),
      },
    ]),
  );
}

const statuses: Readonly<Partial<Record<FailureCode, RunStatus>>> = {
  limit: "limit",
  cancelled: "interrupted",
  waiting: "waiting",
  uncertain: "uncertain",
};

function statusOf(settled: Settled): RunStatus {
  return settled.kind === "ok" ? "ok" : (statuses[settled.failure.code] ?? "error");
}
