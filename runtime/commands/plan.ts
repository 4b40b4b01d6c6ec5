import { renameSync, rmSync, writeFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { planNotNoted, planNotWritable } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { renderText } from "../../compiler/diagnostics/render/text.ts";
import type { Built } from "../../compiler/index.ts";
import { buildNotePath } from "../../compiler/ir/build-note.ts";
import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import type { Plan, PlanModel } from "../../compiler/ir/plan.ts";
import { workers as shipped } from "../../stdlib/workers/index.ts";
import { type BundledWorker, shippedWorkers } from "../../stdlib/workers/shipped.ts";
import { resolveModels } from "../1-load/models.ts";
import { projectDir, stateDir } from "../1-load/project-dir.ts";
import { readText } from "../1-load/read-text.ts";
import { noteBuilt } from "../1-load/trust.ts";
import { readClock, startClock } from "../3-task/clock.ts";
import type { RunModel } from "../3-task/task.ts";
import { inlineExecutor } from "../executors/inline.ts";
import { type Capability, capabilityOf } from "../session/agents.ts";
import type { AgentCall } from "../session/dispatch.ts";
import { failed, okay, type Result } from "../session/errors.ts";
import { pipelineOf } from "../session/pipeline.ts";
import { planCalls } from "../session/planner.ts";
import { createSession } from "../session/session.ts";
import type { Host } from "./exec.ts";
import { type Io, tell } from "./io.ts";
import { fail } from "./session.ts";

/** The flags of `tama plan`. */
export interface PlanFlags {
  /** Where the plan goes; `-` is stdout. */
  readonly output: string;
  readonly model?: string;
  readonly directory?: string;
  readonly state?: string;
  readonly envFile?: string;
}

/** What there is to plan with. */
interface Means {
  readonly workers: readonly BundledWorker[];
  readonly capabilities: readonly Capability[];
  readonly model: PlanModel | null;
}

/** `tama plan "words"`: a model chooses capabilities, of the project's code agents and of those that come with tama; the calls are compiled to a plan. */
export async function planCommand(words: string, flags: PlanFlags, host: Host): Promise<ExitCode> {
  const { io } = host;
  const project = projectDir(flags.directory, host.cwd);
  const means = await meansOf(project, io);
  if (!means) return exitCodes.diagnostics;
  const file = flags.envFile === undefined ? null : readText(flags.envFile);
  if (file?.kind === "failed") return tellAll(io, [file.diagnostic]);
  const env = { ...(file ? parseEnv(file.text) : {}), ...host.env };
  const model = modelFor(means, flags.model, env);
  if (model.kind === "told") return tellAll(io, model.diagnostics);
  if (model.kind === "failed") return fail(io, model);
  const planned = await ask(words, means, {
    model: model.value,
    env,
    project,
    stateDir: stateDir(flags.state, env["TAMA_STATE"], project),
    host,
  });
  if (planned.kind === "failed") return fail(io, planned);
  const { calls, session } = planned.value;
  const plan = await compilePlanned(words, calls, means, io);
  if (!plan) return exitCodes.diagnostics;
  const chain = calls.map(({ capability }) => capability).join(", then ");
  return write(plan, flags.output, host, `tama: planned: ${chain}\ntama: how: tama session log ${session.slice(0, 8)}\n`);
}

/** The workers and models of the project, if there is one, and the workers that come with tama; null where the project is not sound. */
async function meansOf(project: string, io: Io): Promise<Means | null> {
  const { build, sourcesOf } = await import("../../compiler/index.ts");
  const built = await build(project);
  const isProject = !built.diagnostics.some(({ code }) => code === "source/no-project");
  if (!isProject) return { workers: Object.values(shippedWorkers), capabilities: Object.values(shipped).map(capabilityOf), model: null };
  io.stderr(renderText(built.diagnostics, { colour: io.color, width: io.columns, ...sourcesOf(project, built.sources) }));
  return built.plan ? withOwn(built, built.plan) : null;
}

/** A project's own capability comes before one of the same name that comes with tama. */
function withOwn({ sources }: Built, plan: Plan): Means {
  const own = Object.entries(sources.workers);
  const taken = new Set(own.map(([, { capability }]) => capability));
  const described = own.map(([agent, { capability, input, output }]) => ({
    name: capability,
    description: plan.blocks[agent]?.description ?? "",
    input,
    output,
  }));
  const models = Object.values(plan.models);
  return {
    workers: [...own.map(([, worker]) => worker), ...Object.values(shippedWorkers).filter(({ capability }) => !taken.has(capability))],
    capabilities: [
      ...described,
      ...Object.values(shipped)
        .map(capabilityOf)
        .filter(({ name }) => !taken.has(name)),
    ],
    model: models.find(({ role }) => role === "default") ?? models[0] ?? null,
  };
}

type FoundModel = Result<RunModel> | { readonly kind: "told"; readonly diagnostics: readonly Diagnostic[] };

/** The model of `--model`, else the project's default one. */
function modelFor({ model }: Means, override: string | undefined, env: Host["env"]): FoundModel {
  if (!model && override === undefined)
    return failed("plan_llm_error", "no model to plan with: name one with --model, such as --model openai:gpt-4o");
  const blank: PlanModel = {
    role: "default",
    provider: "openai",
    name: "none",
    temperature: null,
    maxTokens: null,
    seed: null,
    contextTokens: null,
    price: null,
    baseUrl: null,
  };
  const resolved = resolveModels({ models: { planner: model ?? blank } }, { override: override ?? null, env });
  if (resolved.kind === "failed") return { kind: "told", diagnostics: resolved.diagnostics };
  const found = resolved.models["planner"];
  return found ? okay(found) : failed("plan_llm_error", "no model to plan with");
}

interface Asking {
  readonly model: RunModel;
  readonly env: Host["env"];
  readonly project: string;
  readonly stateDir: string;
  readonly host: Host;
}

/** Asks in a session of its own, which keeps what was asked and answered. */
async function ask(
  words: string,
  { capabilities }: Means,
  asking: Asking,
): Promise<Result<{ calls: readonly AgentCall[]; session: string }>> {
  const { model, env, project, stateDir: dir, host } = asking;
  const clock = startClock();
  const made = createSession({ stateDir: dir, workspace: project, nowUs: readClock(clock) });
  if (made.kind === "failed") return made;
  const session = made.value;
  const executor = inlineExecutor({ env: definedOnly(env), projectDir: project, bundles: {}, clock });
  const calls = await planCalls(words, { session, capabilities, executor, model, signal: host.signal });
  await executor.close();
  const closed = session.close();
  if (calls.kind === "failed") return calls;
  return closed.kind === "ok" ? okay({ calls: calls.value, session: session.id }) : closed;
}

async function compilePlanned(words: string, calls: readonly AgentCall[], means: Means, io: Io): Promise<Plan | null> {
  const { compile, sourcesFromMemory } = await import("../../compiler/index.ts");
  const { texts, workers } = pipelineOf(words, calls, means.workers);
  const found: Diagnostic[] = [];
  const { plan, diagnostics } = await compile(sourcesFromMemory(texts, (diagnostic) => found.push(diagnostic), workers));
  const text = (file: string) => texts[file] ?? null;
  io.stderr(renderText([...found, ...diagnostics], { colour: io.color, width: io.columns, text }));
  return plan;
}

async function write(plan: Plan, output: string, host: Host, said: string): Promise<ExitCode> {
  const { planJson } = await import("../../compiler/index.ts");
  if (output === "-") host.io.stdout(planJson(plan));
  else {
    const problem = writeWhole(output, planJson(plan));
    if (problem) return tellAll(host.io, [problem]);
  }
  const home = { home: host.home, xdgStateHome: host.env["XDG_STATE_HOME"] };
  if (!noteBuilt(plan, home)) tell(host.io, [planNotNoted(null, { path: buildNotePath(home.home, home.xdgStateHome, plan.digest) })]);
  host.io.stderr(`${said}${output === "-" ? "" : `tama: run it: tama exec ${output} --input TEXT\n`}`);
  return exitCodes.ok;
}

/** Writes a file at once: readers see the old text or the new one. */
function writeWhole(path: string, text: string): Diagnostic | null {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, text);
    renameSync(draft, path);
    return null;
  } catch (error) {
    rmSync(draft, { force: true });
    return planNotWritable(null, { path, reason: error instanceof Error ? error.message : String(error) });
  }
}

function tellAll(io: Io, diagnostics: readonly Diagnostic[]): ExitCode {
  tell(io, diagnostics);
  return exitCodes.diagnostics;
}

function definedOnly(env: Host["env"]): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
