/**
 * Runs plans in this process, through the real `exec` with tasks in this thread, against a scripted model server:
 *
 *     const ran = await runPlan(planOf({ ...agent("main", "pattern: react") }), { "Do it.": finishes("done", "fine") });
 *     ran.settled, ran.rows, ran.requests
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonical, type Json, parseJson } from "../../compiler/ir/json.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { resolveModels } from "../../runtime/1-load/models.ts";
import type { Settled } from "../../runtime/2-schedule/types.ts";
import { readClock, startClock } from "../../runtime/3-task/clock.ts";
import type { HostData } from "../../runtime/3-task/run-task.ts";
import type { Row, TraceEvent } from "../../runtime/4-trace/columns.ts";
import { readRun } from "../../runtime/4-trace/read.ts";
import { type Asker, nobody } from "../../runtime/asker.ts";
import { type ExecResult, exec, runDir } from "../../runtime/exec.ts";
import type { Executor } from "../../runtime/executors/executor.ts";
import { inlineExecutor } from "../../runtime/executors/inline.ts";
import type { Grants } from "../../runtime/permissions/grants.ts";
import { assertLaws } from "./laws.ts";
import { type ModelRequest, type ModelServer, type Part, script, startModelServer } from "./model-server.ts";

export interface RunPlanOptions {
  /** The run's input; default `the task`. */
  readonly input?: string;
  readonly concurrency?: number;
  /** Where `tama_files_read` may look; default the run's own empty folder. */
  readonly projectDir?: string;
  readonly signal?: AbortSignal;
  /** One model for every step, as `--model` names it; default the model server. */
  readonly model?: string;
  /** Who answers the plan's questions; default nobody. */
  readonly asker?: Asker;
  /** Where tasks run; default in this thread. */
  readonly executor?: (data: HostData) => Executor;
  /** Variables of the run's environment beside those of the model server. */
  readonly env?: Readonly<Record<string, string>>;
  /** What tools may do, by the project's folder; default nothing. */
  readonly grants?: (projectDir: string) => Grants;
  /** The largest artifact, in bytes. */
  readonly maxArtifactBytes?: number;
  /** Called with the run's folder once the run has ended, while it is there. */
  readonly onEnded?: (runDir: string) => void;
  /** A server of the test's own, in place of one that `parts` make. */
  readonly server?: ModelServer;
  readonly onEvent?: (event: TraceEvent) => void;
}

/** What became of a run. */
export interface Ran {
  readonly result: ExecResult;
  readonly settled: Settled;
  /** Every event of the log, in order, texts and messages apart. */
  readonly rows: readonly Row[];
  /** The texts of the log by digest. */
  readonly text: (hash: string | null) => string;
  readonly requests: readonly ModelRequest[];
  readonly maxInFlight: number;
}

const traceId = "5ca1ab1e".repeat(4);

/** Runs a plan from its default entry. `parts` say what the models answer, by system prompt. */
export async function runPlan(plan: Plan, parts: Readonly<Record<string, Part>>, options: RunPlanOptions = {}): Promise<Ran> {
  const server = options.server ?? (await startModelServer(script(parts)));
  const folder = mkdtempSync(join(tmpdir(), "tama-run-"));
  try {
    const models = resolveModels(plan, { override: options.model ?? null, env: server.env });
    if (models.kind === "failed") throw new Error(models.diagnostics.map(({ message }) => message).join("\n"));
    const clock = startClock();
    const projectDir = options.projectDir ?? folder;
    const data = { env: { ...options.env, ...server.env }, projectDir, bundles: plan.texts, clock };
    const result = await exec({
      plan,
      entry: plan.entries.default,
      task: options.input ?? "the task",
      models: models.models,
      notes: [],
      stateDir: folder,
      traceId,
      executor: (options.executor ?? inlineExecutor)(data),
      ...(options.maxArtifactBytes === undefined ? {} : { maxArtifactBytes: options.maxArtifactBytes }),
      ...(options.grants === undefined ? {} : { grants: options.grants(projectDir) }),
      concurrency: options.concurrency ?? 64,
      asker: options.asker ?? nobody,
      signal: options.signal ?? new AbortController().signal,
      nowUs: readClock(clock),
      onEvent: options.onEvent ?? (() => {}),
    });
    if (result.kind === "refused") throw new Error(result.diagnostic.message);
    options.onEnded?.(runDir(folder, traceId));
    return { result, settled: result.settled, requests: server.requests, maxInFlight: server.maxInFlight(), ...readLog(folder) };
  } finally {
    if (!options.server) await server.close();
    rmSync(folder, { recursive: true });
  }
}

/** The key and value that a run ended with; fails with the failure's message where it failed. */
export function outcomeOf(settled: Settled): { readonly key: string; readonly value: Json } {
  if (settled.kind === "failed") throw new Error(`the run failed: ${canonical({ ...settled.failure })}`);
  return { key: settled.key, value: settled.value };
}

/** The code and message that a run failed with; fails where it did not. */
export function failureOf(settled: Settled): { readonly code: string; readonly message: string } {
  if (settled.kind === "ok") throw new Error(`the run ended ${settled.key}: ${canonical(settled.value)}`);
  return { code: settled.failure.code, message: settled.failure.message };
}

/** The rows of one kind. */
export function rowsOf(ran: Ran, kind: string): readonly Row[] {
  return ran.rows.filter((row) => row.kind === kind);
}

/** The `detail` of a row as data. */
export function detailOf(row: Row | undefined): Json {
  return parseJson(row?.detail ?? "null") ?? null;
}

/** The requests of the agent whose system prompt contains `prompt`, in the order of its turns. */
export function requestsOf(ran: Ran, prompt: string): readonly ModelRequest[] {
  return ran.requests.filter(({ system }) => system.includes(prompt)).sort((a, b) => a.turn - b.turn || a.hit - b.hit);
}

/**
 * The span tree, a line each, indented, in the order of the log: `agent:main:react ok`, `llm:react_1 ok`. Throws where a span
 * does not end, or hangs below one that does not exist.
 */
export function spanTree(ran: Ran): readonly string[] {
  const spans = ran.rows.filter((row) => row.span_kind !== null);
  const ended = new Map(rowsOf(ran, "span_ended").map((row) => [row.span_id, row]));
  const ids = new Set(spans.map((row) => row.span_id));
  const lines: string[] = [];
  const draw = (parent: string | null, depth: number) => {
    for (const span of spans.filter((row) => row.parent_span_id === parent)) {
      const end = span.kind === "span_started" ? ended.get(span.span_id) : span;
      if (!end) throw new Error(`${span.name} at ${span.path} never ended`);
      lines.push(`${"  ".repeat(depth)}${span.name} ${end.status}`);
      draw(span.span_id, depth + 1);
    }
  };
  const orphan = spans.find((row) => row.parent_span_id !== null && !ids.has(row.parent_span_id));
  if (orphan) throw new Error(`${orphan.name} at ${orphan.path} is an orphan`);
  draw(null, 0);
  if (lines.length !== spans.length) throw new Error("spans share an id, or go in a circle");
  return lines;
}

function readLog(folder: string): Pick<Ran, "rows" | "text"> {
  const all = [...readRun(runDir(folder, traceId))];
  assertLaws(all);
  const texts = new Map(all.flatMap((row) => (row.kind === "text" ? [[row.hash, row.text ?? ""] as const] : [])));
  return { rows: all.filter(({ kind }) => kind !== "text" && kind !== "message"), text: (hash) => texts.get(hash) ?? "" };
}
