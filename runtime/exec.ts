import { traceUnwritable } from "../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import type { FailureCode } from "../compiler/ir/failure.ts";
import { canonical, toText } from "../compiler/ir/json.ts";
import { callPath } from "../compiler/ir/path.ts";
import type { Plan } from "../compiler/ir/plan.ts";
import type { Settled } from "./2-schedule/types.ts";
import type { RunModel } from "./3-task/task.ts";
import type { TraceEvent } from "./4-trace/columns.ts";
import type { LogWriter } from "./4-trace/log.ts";
import { createRecorder, type Recorder } from "./4-trace/recorder.ts";
import { openRunLog, runDir } from "./4-trace/run-folder.ts";
import type { Asker } from "./asker.ts";
import type { Executor } from "./executors/executor.ts";
import { runLoop } from "./run-loop.ts";
import { defaultMaxArtifactBytes } from "./session/artifacts.ts";
import { blobsDir, fileBlobs } from "./session/blobs.ts";

export { runDir } from "./4-trace/run-folder.ts";

export interface ExecOptions {
  readonly plan: Plan;
  readonly entry: string;
  readonly task: string;
  readonly models: Readonly<Record<string, RunModel>>;
  /** What was overridden on the command line or by the environment, recorded with the run. */
  readonly notes: readonly string[];
  readonly stateDir: string;
  /** 32 hex digits. */
  readonly traceId: string;
  readonly executor: Executor;
  readonly concurrency: number;
  /** The largest artifact, in bytes. Default 100 MiB. */
  readonly maxArtifactBytes?: number;
  /** Who answers questions to people. Default: nobody, and a run that has one ends as waiting. */
  readonly asker?: Asker;
  readonly signal: AbortSignal;
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
  readonly onEvent: (event: TraceEvent) => void;
}

export type RunStatus = "ok" | "error" | "limit" | "interrupted" | "waiting" | "uncertain";

/** How a run ended; `refused` when it could not begin. */
export type ExecResult =
  | { readonly kind: "ended"; readonly status: RunStatus; readonly settled: Settled }
  | { readonly kind: "refused"; readonly diagnostic: Diagnostic };

/** Runs a verified plan and records it. Closes the executor and the log. Refused where the log cannot be written, at the start or later on: reports trace/locked, trace/unwritable. */
export async function exec(options: ExecOptions): Promise<ExecResult> {
  try {
    const opened = openRunLog(options.stateDir, options.traceId);
    return opened.kind === "failed" ? { kind: "refused", diagnostic: opened.diagnostic } : await runRecorded(options, opened.log);
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

async function runRecorded(options: ExecOptions, log: LogWriter): Promise<ExecResult> {
  const recorder = createRecorder({ log, traceId: options.traceId, nowUs: options.nowUs, texts: options.plan.trace.texts });
  try {
    recordStart(recorder, options);
    const blobs = fileBlobs(blobsDir(runDir(options.stateDir, options.traceId)));
    const settled = await runLoop({ ...options, recorder, blobs });
    const status = statusOf(settled);
    recordEnd(recorder, options, { settled, status });
    return { kind: "ended", status, settled };
  } finally {
    recorder.close();
  }
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error;
}

function recordStart(recorder: Recorder, { plan, entry, task, models, notes, maxArtifactBytes }: ExecOptions): void {
  const detail = canonical({
    entry,
    project: plan.project,
    plan: plan.digest,
    semantics: plan.semantics,
    models: modelNames(models),
    notes,
    max_artifact_size: maxArtifactBytes ?? defaultMaxArtifactBytes,
  });
  recorder.event({ kind: "run_started", path: callPath("", entry, 1), status: "running", input_hash: recorder.text(task), detail });
}

function recordEnd(recorder: Recorder, { entry }: ExecOptions, { settled, status }: { settled: Settled; status: RunStatus }): void {
  const path = callPath("", entry, 1);
  if (settled.kind === "ok")
    return recorder.event({ kind: "run_ended", path, status, key: settled.key, value_hash: recorder.text(toText(settled.value)) });
  const { code, message } = settled.failure;
  recorder.event({ kind: "run_ended", path, status, code, message });
}

function modelNames(models: Readonly<Record<string, RunModel>>): Record<string, string> {
  return Object.fromEntries(Object.entries(models).map(([id, model]) => [id, `${model.provider}:${model.name}`]));
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
