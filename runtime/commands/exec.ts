import type { Readable } from "node:stream";
import { runBadInput, runNoSuchPath, runNoSuchStep, runUnknownEntry } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { loadPlan } from "../../compiler/diagnostics/load-plan.ts";
import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { any, show } from "../../compiler/ir/types.ts";
import { notAsPlanned } from "../1-load/locked.ts";
import { resolveModels } from "../1-load/models.ts";
import { readInput, readText } from "../1-load/read-text.ts";
import { recordedModels, resolveRecorded } from "../1-load/recorded-models.ts";
import { foreignCode } from "../1-load/trust.ts";
import { coerce } from "../2-schedule/keys.ts";
import { refusal } from "../4-trace/read.ts";
import { runDir } from "../4-trace/run-folder.ts";
import { loadRuns } from "../5-store/store.ts";
import { type ExecOptions, type ExecResult, exec, type Replay } from "../exec.ts";
import type { IoThreads } from "../executors/io-threads.ts";
import { isWithin } from "../journal/difference.ts";
import { type Journal, readJournal } from "../journal/journal.ts";
import type { Started } from "../journal/started.ts";
import { usable } from "../journal/usable.ts";
import type { Allowance } from "../permissions/allowance.ts";
import { type Io, tell } from "./io.ts";
import { allowedBy } from "./permissions-cli.ts";
import { withRunFolder } from "./recorded-spec.ts";
import { announce, refuse, report } from "./report-run.ts";
import { runId } from "./run-id.ts";
import { environmentOf, newTraceId, openWorld, type RunFlags, stateOf } from "./run-world.ts";
import { storeWaitMs } from "./with-store.ts";

/** The flags of `tama exec` and `tama run`. */
export interface ExecFlags extends RunFlags {
  /** Needed but for a replay, which has its run's. */
  readonly input?: string;
  readonly entry?: string;
  readonly model?: string;
  /** A file with an input on each line, or `-`. */
  readonly inputs?: string;
  /** With inputs: where results go. Default: stdout. */
  readonly output?: string;
  /** With inputs: how many runs go on at once. */
  readonly jobs?: number;
  /** With inputs: whether what the same command did before is forgotten. */
  readonly fresh?: true;
  /** A run whose answers stand for work. */
  readonly replay?: string;
  /** Where a replay begins to work again. */
  readonly from?: string;
  /** Files with system prompts for steps from there on, by the steps' paths. */
  readonly prompt?: ReadonlyMap<string, string>;
  readonly cache?: true;
  /** Whether all must be as the plan says. */
  readonly locked?: true;
}

/** The process as a command sees it. */
export interface Host {
  readonly io: Io;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The terminal's input; null where there is nobody to ask. */
  readonly input: () => Readable | null;
  /** Threads that started before anything was read; null for none. */
  readonly threads: IoThreads | null;
}

/** `tama exec plan.json`: loads a plan, judges it, runs it. */
export async function execCommand(file: string, flags: ExecFlags, host: Host): Promise<ExitCode> {
  const allowed = allowedBy(flags, host);
  if (allowed.kind === "failed") return refuse(host.io, allowed.diagnostics, exitCodes.diagnostics);
  const judged = judgePlan(file, allowed.allowance, host);
  if (judged.kind !== "ok") return judged.code;
  const { inputs } = flags;
  const all = { ...flags, allowance: allowed.allowance };
  if (inputs === undefined) return runPlan(judged.plan, all, host);
  return (await import("./inputs/command.ts")).inputsCommand(judged.plan, { ...all, inputs }, host);
}

/** Reads a plan and judges whether it may run; tells why not. */
export function judgePlan(
  file: string,
  { code }: Pick<Allowance, "code">,
  { io, home, env }: Host,
): { kind: "ok"; plan: Plan } | { kind: "refused"; code: ExitCode } {
  const no = (diagnostic: Diagnostic, code: ExitCode) => ({ kind: "refused", code: refuse(io, [diagnostic], code) }) as const;
  const text = readText(file);
  if (text.kind === "failed") return no(text.diagnostic, exitCodes.diagnostics);
  const loaded = loadPlan(text.text, file);
  if (loaded.kind === "refused")
    return no(loaded.diagnostic, loaded.diagnostic.code === "plan/changed" ? exitCodes.refused : exitCodes.diagnostics);
  const foreign = foreignCode(loaded.plan, { home, xdgStateHome: env["XDG_STATE_HOME"] }, code ? "allowed" : "not-allowed");
  return foreign ? no(foreign, exitCodes.refused) : { kind: "ok", plan: loaded.plan };
}

/** Runs a plan that may run, prints its value on stdout, and loads the trace. */
export async function runPlan(plan: Plan, flags: ExecFlags & { readonly allowance: Allowance }, host: Host): Promise<ExitCode> {
  const { io } = host;
  const named = await withRunFolder(flags, stateOf(flags, host));
  if (named.kind === "failed") return refuse(io, [named.diagnostic], exitCodes.diagnostics);
  const prepared = await prepare(plan, named.flags, host);
  if (prepared.kind === "failed") return refuse(io, prepared.diagnostics, exitCodes.diagnostics);
  const { run, env, servers } = prepared;
  const others = flags.locked ? notAsPlanned(plan, run.models) : [];
  if (others.length > 0) return refuse(io, others, exitCodes.notAsPlanned);
  const isOffline = run.replay?.from === null;
  const { allowance } = flags;
  const opened = await openWorld(plan, { models: run.models, model: run.override, isOffline, env, allowance, servers }, flags, host);
  if (opened.kind === "failed") return refuse(io, opened.diagnostics, opened.code);
  const { options, tally, close } = opened.world;
  const traceId = newTraceId();
  const how = run.replay ? `, a replay of ${run.replay.journal.traceId.slice(0, 8)}` : "";
  if (!flags.quiet) announce(io, plan, { entry: run.entry, traceId, how, notes: run.notes, grants: isOffline ? null : options.grants });
  const startUs = options.nowUs();
  const { replay, ...rest } = run;
  const cache = flags.cache ? "use" : "off";
  const { stateDir } = options;
  const told = (result: ExecResult) => {
    close();
    const ms = (options.nowUs() - startUs) / 1000;
    return report(io, result, { stateDir, traceId, ms, tally, quiet: flags.quiet ?? false, format: flags.format ?? "text", where: flags });
  };
  let code: ExitCode | null = null;
  const onEnded = (ended: ExecResult) => {
    code = told(ended);
  };
  const result = await exec({ ...options, plan, traceId, cache, onEnded, ...rest, ...(replay ? { replay } : {}) });
  if (result.kind === "ended") tell(io, await loadRuns({ stateDir, waitMs: storeWaitMs, run: traceId }));
  return result.kind === "refused" ? told(result) : (code ?? told(result));
}

interface Asked extends Pick<ExecOptions, "entry" | "task" | "models" | "notes" | "prompts"> {
  readonly override: string | null;
  readonly replay: Replay | null;
}

type Failed = { readonly kind: "failed"; readonly diagnostics: readonly Diagnostic[] };
type Prepared = { readonly kind: "ok"; readonly run: Asked; readonly env: Host["env"]; readonly servers: readonly string[] } | Failed;

/** What is asked for: entry, input and models, of the flags or else of the run that is repeated. */
async function prepare(plan: Plan, flags: ExecFlags, host: Host): Promise<Prepared> {
  const environment = environmentOf(flags, host);
  if (environment.kind === "failed") return environment;
  const recorded = flags.replay === undefined ? null : await replayOf(flags, flags.replay, host);
  if (recorded?.kind === "failed") return recorded;
  const started = recorded?.started ?? null;
  const entry = flags.entry ?? started?.entry ?? plan.entries.default;
  if (!plan.entries.names.includes(entry)) return failed(runUnknownEntry(null, { name: entry, names: plan.entries.names.join(", ") }));
  const input = flags.input === undefined ? { kind: "ok" as const, text: started?.task ?? "" } : readInput(flags.input);
  if (input.kind === "failed") return failed(input.diagnostic);
  const taken = plan.blocks[entry]?.input ?? any;
  if (coerce(input.text, taken) === undefined) return failed(runBadInput(null, { entry, type: show(taken) }));
  const models = modelsOf(plan, flags, { started, env: environment.env });
  if (models.kind === "failed") return models;
  const prompts = promptsOf(flags.prompt ?? new Map(), recorded?.replay.journal ?? null);
  if (prompts.kind === "failed") return prompts;
  const override = flags.model ?? started?.override ?? null;
  const asked = { entry, task: input.text, models: models.models, notes: [...models.notes, ...prompts.notes], override };
  const run = { ...asked, prompts: prompts.texts, replay: recorded?.replay ?? null };
  return { kind: "ok", run, env: environment.env, servers: models.servers };
}

/** A replay that works nowhere needs no key and no server: the recorded names and parameters tell whether requests are the same. */
function modelsOf(plan: Plan, flags: ExecFlags, { started, env }: { started: Started | null; env: Host["env"] }) {
  if (!started) return resolveModels(plan, { override: flags.model ?? null, env });
  const { from, model } = flags;
  if (from === undefined) return recordedModels(started);
  const models = resolveRecorded(plan, { ...started, override: model ?? started.override }, env);
  const changed = model === undefined ? [] : [`every model from ${from} on: ${model} (--model)`];
  return models.kind === "ok" ? { ...models, notes: [...started.notes, ...changed] } : models;
}

/** Prompts for steps of a run that is repeated up to them. */
function promptsOf(
  files: ReadonlyMap<string, string>,
  journal: Journal | null,
): { readonly kind: "ok"; readonly texts: ReadonlyMap<string, string>; readonly notes: readonly string[] } | Failed {
  const texts = new Map<string, string>();
  for (const [path, file] of files) {
    if (journal?.tasks.get(`${path}:1`)?.kind !== "model")
      return failed(runNoSuchStep(null, { run: journal?.traceId.slice(0, 8) ?? "", path }));
    const read = readText(file);
    if (read.kind === "failed") return failed(read.diagnostic);
    texts.set(path, read.text);
  }
  return { kind: "ok", texts, notes: [...files].map(([path, file]) => `the prompt of ${path} from there on: ${file} (--prompt)`) };
}

type RecordedRun = { readonly kind: "ok"; readonly replay: Replay; readonly started: Started } | Failed;

/** The run that is to be repeated, as its log tells it. */
async function replayOf(flags: ExecFlags, word: string, host: Host): Promise<RecordedRun> {
  const state = stateOf(flags, host);
  const found = await runId(state, word);
  if (found.kind === "failed") return failed(found.diagnostic);
  const newer = refusal(runDir(state, found.id));
  if (newer) return failed(newer);
  const journal = usable(readJournal(runDir(state, found.id), found.id));
  if (journal.kind === "failed") return failed(journal.diagnostic);
  const { from = null } = flags;
  if (from !== null && ![...journal.journal.tasks.keys()].some((path) => isWithin(path, from)))
    return failed(runNoSuchPath(null, { run: found.id.slice(0, 8), path: from }));
  const changesModels = flags.model !== undefined;
  return { kind: "ok", replay: { journal: journal.journal, from, changesModels }, started: journal.started };
}

function failed(diagnostic: Diagnostic): Failed {
  return { kind: "failed", diagnostics: [diagnostic] };
}
