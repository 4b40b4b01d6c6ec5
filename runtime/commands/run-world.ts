import { randomBytes } from "node:crypto";
import { parseEnv } from "node:util";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { projectDir, stateDir } from "../1-load/project-dir.ts";
import { readText } from "../1-load/read-text.ts";
import { foreignServer } from "../1-load/trust.ts";
import type { ExecOptions } from "../exec.ts";
import { executorOn, usualCpuThreads } from "../executors/threads.ts";
import type { Allowance } from "../permissions/allowance.ts";
import { type Grants, grantsOf } from "../permissions/grants.ts";
import { settledIn } from "../permissions/policy.ts";
import { openDebugger } from "./debugger.ts";
import { threadsFor } from "./early-threads.ts";
import { editorOf } from "./editor.ts";
import type { Host } from "./exec.ts";
import type { Io } from "./io.ts";
import { priceless, strangers } from "./limit-findings.ts";
import { type LimitFlags, overridesOf } from "./limits-cli.ts";
import type { View } from "./live/view.ts";
import { openPeople } from "./people.ts";
import type { PermissionFlags } from "./permissions-cli.ts";
import { progress } from "./progress.ts";
import { type Tally, tally } from "./tally.ts";

/** The flags of every command that runs a plan. */
export interface RunFlags extends PermissionFlags, LimitFlags {
  readonly directory?: string;
  readonly state?: string;
  readonly envFile?: string;
  readonly concurrency: number;
  /** For workers and tools of the project. Default: one less than the machine has. */
  readonly threads?: number;
  /** In seconds. */
  readonly modelTimeout: number;
  /** In seconds. */
  readonly toolTimeout: number;
  readonly quiet?: true;
  /** How the result is printed. Default: as text. */
  readonly format?: "text" | "json";
  /** How a run is shown on a terminal. Default: as a tree. */
  readonly progress?: "tree" | "lines";
  /** Whether a person looks at requests and answers as they come, at all of them or those of the agents and steps that are named. */
  readonly debug?: true;
  readonly break?: readonly string[];
}

/** Where a run happens: threads, people, a clock, a terminal. */
export interface RunWorld {
  readonly options: Pick<
    ExecOptions,
    "debug" | "stateDir" | "executor" | "concurrency" | "asker" | "toolTimeoutMs" | "overrides" | "signal" | "nowUs" | "onEvent"
  > & {
    readonly grants: Grants;
  };
  /** What is spent in it, and which agents fail. */
  readonly tally: Tally;
  readonly close: () => void;
}

export type OpenedWorld =
  | { readonly kind: "ok"; readonly world: RunWorld }
  | { readonly kind: "failed"; readonly diagnostics: readonly Diagnostic[]; readonly code: ExitCode };

/** Opens what a plan needs to run. `model`: what `--model` says or said; nothing is loaded in advance for models that `isOffline` keeps from being asked. */
export async function openWorld(
  plan: Plan,
  run: {
    readonly models: ExecOptions["models"];
    readonly model: string | null;
    readonly isOffline: boolean;
    readonly env: Host["env"];
    readonly allowance: Allowance;
    /** Where models are asked that nobody but the plan names. */
    readonly servers: readonly string[];
  },
  flags: RunFlags,
  host: Host,
): Promise<OpenedWorld> {
  const home = { home: host.home, xdgStateHome: host.env["XDG_STATE_HOME"] };
  const strange = foreignServer(plan, run.servers, { home, allowance: run.allowance });
  if (strange) return { kind: "failed", diagnostics: [strange], code: exitCodes.refused };
  const overrides = overridesOf(flags);
  const unknown = strangers(plan, overrides);
  if (unknown.length > 0) return { kind: "failed", diagnostics: unknown, code: exitCodes.diagnostics };
  for (const model of run.isOffline ? [] : priceless(plan, run.models, overrides))
    host.io.stderr(`tama: the limit in USD does not count ${model}: the plan tells no price of it\n`);
  const spent = tally();
  const { area } = host.io;
  const seat = { terminal: host.input, write: host.io.stderr, ...(area ? { hold: area.hold } : {}), isWanted: flags.debug ?? false };
  const people = await openPeople(plan, run.model ?? undefined, seat);
  if (people.kind === "failed") return { kind: "failed", diagnostics: [people.diagnostic], code: exitCodes.diagnostics };
  const quit = new AbortController();
  const { prompter } = people;
  const debug =
    flags.debug && prompter
      ? openDebugger({ prompter, breaks: flags.break ?? [], quit: () => quit.abort(), edit: editorOf(run.env) })
      : null;
  const warm = run.isOffline ? [] : [...new Set(Object.values(run.models).map(({ provider }) => provider))];
  const project = projectDir(flags.directory, host.cwd);
  const threads = host.threads ?? threadsFor({ projectDir: project, env: run.env, warm, modelTimeoutMs: flags.modelTimeout * 1_000 });
  const { nowUs } = threads;
  const view = await viewOf(flags, host.io, nowUs);
  const options: RunWorld["options"] = {
    stateDir: stateOf(flags, host),
    executor: view.watch(executorOn(threads, { bundles: plan.texts, cpuThreads: flags.threads ?? usualCpuThreads })),
    concurrency: flags.concurrency,
    asker: people.ask,
    grants: { ...grantsOf(run.allowance, plan, project), closed: settledIn({ ...home, xdgConfigHome: host.env["XDG_CONFIG_HOME"] }) },
    overrides,
    toolTimeoutMs: flags.toolTimeout * 1_000,
    ...(debug ? { debug } : {}),
    signal: AbortSignal.any([host.signal, quit.signal]),
    nowUs,
    onEvent: (event) => {
      spent.note(event);
      view.note(event);
    },
  };
  const close = () => {
    people.close();
    view.close();
  };
  return { kind: "ok", world: { options, tally: spent, close } };
}

/** What people see of a run: a tree that is drawn in place where there is a terminal, else lines. */
async function viewOf({ quiet, progress: how = "tree" }: RunFlags, io: Io, nowUs: () => number): Promise<View> {
  const watch: View["watch"] = (executor) => executor;
  if (quiet) return { note: () => {}, watch, close: () => {} };
  if (!io.area || how === "lines") return { note: progress(io, nowUs), watch, close: () => {} };
  return (await import("./live/view.ts")).liveView(io.area, io, nowUs);
}

/** The folder in which runs are kept. */
export function stateOf(flags: RunFlags, host: Host): string {
  return stateDir(flags.state, host.env["TAMA_STATE"], projectDir(flags.directory, host.cwd));
}

export type Environment =
  | { readonly kind: "ok"; readonly env: Host["env"] }
  | { readonly kind: "failed"; readonly diagnostics: readonly Diagnostic[] };

/** The environment, and what it does not set from `--env-file`. */
export function environmentOf({ envFile }: RunFlags, host: Host): Environment {
  const file = envFile === undefined ? null : readText(envFile);
  if (file?.kind === "failed") return { kind: "failed", diagnostics: [file.diagnostic] };
  return { kind: "ok", env: { ...(file ? parseEnv(file.text) : {}), ...host.env } };
}

/** The id of a run that begins. */
export function newTraceId(): string {
  return randomBytes(16).toString("hex");
}
