import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import { parseEnv } from "node:util";
import { runBadInput, runUnknownEntry } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { loadPlan } from "../../compiler/diagnostics/load-plan.ts";
import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import { toText } from "../../compiler/ir/json.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { any, show } from "../../compiler/ir/types.ts";
import { resolveModels } from "../1-load/models.ts";
import { projectDir, stateDir } from "../1-load/project-dir.ts";
import { readInput, readText } from "../1-load/read-text.ts";
import { foreignCode } from "../1-load/trust.ts";
import { coerce } from "../2-schedule/keys.ts";
import { readClock, startClock } from "../3-task/clock.ts";
import { loadRuns } from "../5-store/store.ts";
import { type ExecResult, exec, type RunStatus } from "../exec.ts";
import { threadExecutor, usualThreads } from "../executors/threads.ts";
import { failureLine } from "../run-loop.ts";
import { type Io, tell } from "./io.ts";
import { openPeople } from "./people.ts";
import { formatMs, progress } from "./progress.ts";
import { storeWaitMs } from "./with-store.ts";

/** The flags of `tama exec` and `tama run`. */
export interface ExecFlags {
  readonly input: string;
  readonly entry?: string;
  readonly model?: string;
  readonly allowCode?: true;
  readonly directory?: string;
  readonly state?: string;
  readonly envFile?: string;
  readonly concurrency: number;
  readonly quiet?: true;
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
}

/** `tama exec plan.json`: loads a plan, judges it, runs it. */
export async function execCommand(file: string, flags: ExecFlags, host: Host): Promise<ExitCode> {
  const text = readText(file);
  if (text.kind === "failed") return refuse(host.io, [text.diagnostic], exitCodes.diagnostics);
  const loaded = loadPlan(text.text, file);
  if (loaded.kind === "refused")
    return refuse(host.io, [loaded.diagnostic], loaded.diagnostic.code === "plan/changed" ? exitCodes.refused : exitCodes.diagnostics);
  const foreign = foreignCode(
    loaded.plan,
    { home: host.home, xdgStateHome: host.env["XDG_STATE_HOME"] },
    flags.allowCode ? "allowed" : "not-allowed",
  );
  return foreign ? refuse(host.io, [foreign], exitCodes.refused) : runPlan(loaded.plan, flags, host);
}

/** Runs a plan that may run, prints its value on stdout, and loads the trace. */
export async function runPlan(plan: Plan, flags: ExecFlags, host: Host): Promise<ExitCode> {
  const { io } = host;
  const prepared = prepare(plan, flags, host);
  if (prepared.kind === "failed") return refuse(io, prepared.diagnostics, exitCodes.diagnostics);
  const people = await openPeople(plan, flags.model, { terminal: host.input, write: io.stderr });
  if (people.kind === "failed") return refuse(io, [people.diagnostic], exitCodes.diagnostics);
  const { entry, task, models, notes, env } = prepared;
  const project = projectDir(flags.directory, host.cwd);
  const state = stateDir(flags.state, env["TAMA_STATE"], project);
  const traceId = randomBytes(16).toString("hex");
  const clock = startClock();
  const nowUs = readClock(clock);
  const warm = [...new Set(Object.values(models).map((model) => model.provider))];
  const executor = threadExecutor({ env: definedOnly(env), projectDir: project, bundles: plan.texts, clock, ...usualThreads, warm });
  if (!flags.quiet) announce(io, plan, { entry, traceId, notes });
  const startUs = nowUs();
  const result = await exec({
    plan,
    entry,
    task,
    models,
    notes,
    stateDir: state,
    traceId,
    executor,
    concurrency: flags.concurrency,
    asker: people.ask,
    signal: host.signal,
    nowUs,
    onEvent: flags.quiet ? () => {} : progress(io, nowUs),
  });
  people.close();
  const code = report(io, result, { traceId, ms: (nowUs() - startUs) / 1000, quiet: flags.quiet ?? false });
  if (result.kind === "ended") tell(io, await loadRuns({ stateDir: state, waitMs: storeWaitMs }));
  return code;
}

type Prepared =
  | {
      readonly kind: "ok";
      readonly entry: string;
      readonly task: string;
      readonly models: Parameters<typeof exec>[0]["models"];
      readonly notes: readonly string[];
      readonly env: Host["env"];
    }
  | { readonly kind: "failed"; readonly diagnostics: readonly Diagnostic[] };

function prepare(plan: Plan, flags: ExecFlags, host: Host): Prepared {
  const entry = flags.entry ?? plan.entries.default;
  if (!plan.entries.names.includes(entry)) return failed(runUnknownEntry(null, { name: entry, names: plan.entries.names.join(", ") }));
  const file = flags.envFile === undefined ? null : readText(flags.envFile);
  if (file?.kind === "failed") return failed(file.diagnostic);
  const env = { ...(file ? parseEnv(file.text) : {}), ...host.env };
  const input = readInput(flags.input);
  if (input.kind === "failed") return failed(input.diagnostic);
  const taken = plan.blocks[entry]?.input ?? any;
  if (coerce(input.text, taken) === undefined) return failed(runBadInput(null, { entry, type: show(taken) }));
  const models = resolveModels(plan, { override: flags.model ?? null, env });
  return models.kind === "failed" ? models : { ...models, entry, task: input.text, env };
}

function announce(io: Io, plan: Plan, run: { entry: string; traceId: string; notes: readonly string[] }): void {
  const agents = Object.keys(plan.blocks).length;
  const reach = plan.needs.effects.length > 0 ? plan.needs.effects.join(", ") : "nothing beyond its models";
  io.stderr(
    `tama: run ${run.traceId.slice(0, 8)} of ${plan.project}: ${run.entry}, ${agents} agent${agents === 1 ? "" : "s"}; it can reach ${reach}\n`,
  );
  const refused = plan.needs.effects.filter((effect) => !granted.has(effect));
  if (refused.length > 0) io.stderr(`tama: not granted: ${refused.join(", ")} (calls are refused, and the model is told)\n`);
  for (const note of run.notes) io.stderr(`tama: ${note}\n`);
}

/** What every run may do: memory, files under the project, and worker code that was judged before. */
const granted: ReadonlySet<string> = new Set(["mem", "read", "code"]);

function report(io: Io, result: ExecResult, run: { traceId: string; ms: number; quiet: boolean }): ExitCode {
  if (result.kind === "refused") return refuse(io, [result.diagnostic], exitCodes.diagnostics);
  const id = run.traceId.slice(0, 8);
  if (result.settled.kind === "ok") {
    io.stdout(`${toText(result.settled.value)}\n`);
    if (!run.quiet) io.stderr(`tama: ended \`${result.settled.key}\` in ${formatMs(run.ms)}; see it with: tama runs show ${id}\n`);
    return exitCodes.ok;
  }
  const told = `${result.status === "waiting" ? "waiting" : "failed"}: ${failureLine(result.settled.failure)}`;
  const why = result.status === "interrupted" ? "interrupted" : told;
  io.stderr(`tama: ${why}\ntama: what happened until then is kept: tama runs show ${id}\n`);
  return exitOf[result.status];
}

const exitOf: Readonly<Record<RunStatus, ExitCode>> = {
  ok: exitCodes.ok,
  error: exitCodes.runFailed,
  limit: exitCodes.limit,
  interrupted: exitCodes.interrupted,
  waiting: exitCodes.waiting,
  uncertain: exitCodes.waiting,
};

function refuse(io: Io, diagnostics: readonly Diagnostic[], code: ExitCode): ExitCode {
  tell(io, diagnostics);
  return code;
}

function failed(diagnostic: Diagnostic): Prepared {
  return { kind: "failed", diagnostics: [diagnostic] };
}

function definedOnly(env: Host["env"]): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
