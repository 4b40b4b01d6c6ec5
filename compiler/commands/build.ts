import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { planNotNoted } from "../diagnostics/codes.generated.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { plural } from "../diagnostics/render/text.ts";
import { agentCostText, costText } from "../emit/cost-text.ts";
import { planJson } from "../emit/plan-json.ts";
import { buildNotePath } from "../ir/build-note.ts";
import { type ExitCode, exitCodes } from "../ir/exit-codes.ts";
import { type Plan, wantsTrust } from "../ir/plan.ts";
import { opsOf } from "../ir/walk.ts";
import { type Checked, staleness } from "./check-plan.ts";
import { buildJudged, type Gate, type Judged } from "./judge.ts";
import { type Output, show } from "./terminal.ts";
import { type Watched, workOnChange } from "./watch.ts";
import { mark, writeWhole } from "./write.ts";

/** What `tamac build` can be told besides how strictly to take findings. */
export interface BuildOptions extends Gate {
  /** Where the plan goes; `-` is stdout. Default: `plan.json` in the project's folder. */
  readonly output: string | undefined;
  /** Compares the plan that is there instead of writing one. */
  readonly check?: boolean;
}

/** `tamac build`: compiles a project and writes its plan; nothing is written where a finding is an error. */
export async function runBuild(dir: string, options: BuildOptions, output: Output): Promise<ExitCode> {
  return buildOnce(await buildJudged(dir, options), writtenBy(dir, options), { ...options, io: output });
}

/** `tamac check`: as build, without writing. */
export async function runCheck(dir: string, gate: Gate, output: Output): Promise<ExitCode> {
  return checkOnce(await buildJudged(dir, gate), output);
}

/** `tamac build --watch`: builds after every change, until `signal`. */
export async function watchBuild(dir: string, options: BuildOptions, output: Output, signal?: AbortSignal): Promise<ExitCode> {
  const written = writtenBy(dir, options);
  const except = [written.path, ...(options.baseline === undefined ? [] : [options.baseline])];
  const work = async () => {
    const judged = await buildJudged(dir, options);
    await buildOnce(judged, written, { ...options, io: output });
    return watchedOf(dir, judged, except);
  };
  await workOnChange(firstWatched(dir, except), work, output, signal);
  return exitCodes.ok;
}

/** `tamac check --watch`: checks after every change, until `signal`. */
export async function watchCheck(dir: string, gate: Gate, output: Output, signal?: AbortSignal): Promise<ExitCode> {
  const except = gate.baseline === undefined ? [] : [gate.baseline];
  const work = async () => {
    const judged = await buildJudged(dir, gate);
    await checkOnce(judged, output);
    return watchedOf(dir, judged, except);
  };
  await workOnChange(firstWatched(dir, except), work, output, signal);
  return exitCodes.ok;
}

/** Where the plan goes, and the command that writes it there. */
function writtenBy(dir: string, { output }: BuildOptions): Checked {
  const args = [...(dir === "." ? [] : [dir]), ...(output === undefined ? [] : ["-o", output])];
  return { path: output ?? join(dir, "plan.json"), command: ["tamac build", ...args].join(" ") };
}

function firstWatched(dir: string, except: readonly string[]): Watched {
  return { trees: [join(dir, "agents"), join(dir, "skills")], folders: [dir], except };
}

/** Where a project's files are, those that a config or a worker imports too. */
function watchedOf(dir: string, { root, inputs }: Judged, except: readonly string[]): Watched {
  const folders = new Set([dir, root, ...inputs.map((path) => dirname(join(root, path)))]);
  return { trees: [join(root, "agents"), join(root, "skills")], folders: [...folders], except };
}

async function buildOnce(judged: Judged, written: Checked, options: { readonly check?: boolean; readonly io: Output }): Promise<ExitCode> {
  const { plan, diagnostics, sources } = judged;
  const { path } = written;
  const output = options.io;
  if (plan && options.check) return compareOnce(judged, plan, written, output);
  const failed = plan && path !== "-" ? writeWhole(path, planJson(plan)) : null;
  const unnoted = plan && !failed ? note(plan) : null;
  const late = [failed, unnoted].filter((diagnostic) => diagnostic !== null);
  const text = plan && path === "-" && output.format === "text" ? planJson(plan) : "";
  await show([...diagnostics, ...late], sources, output);
  if (!plan || failed) return exitCodes.diagnostics;
  if (text !== "") output.stdout(text);
  output.stderr(summary(path, plan));
  return exitCodes.ok;
}

async function compareOnce({ diagnostics, sources }: Judged, plan: Plan, written: Checked, output: Output): Promise<ExitCode> {
  const stale = staleness(written, plan);
  await show([...diagnostics, ...(stale?.findings ?? [])], sources, output);
  output.stderr(stale ? stale.diff : `${written.path} is what the sources give: ${counts(plan)}\n`);
  return stale ? exitCodes.stale : exitCodes.ok;
}

async function checkOnce({ plan, diagnostics, sources }: Judged, output: Output): Promise<ExitCode> {
  await show(diagnostics, sources, output);
  if (!plan) return exitCodes.diagnostics;
  output.stderr(`checked ${counts(plan)}\n`);
  return exitCodes.ok;
}

/** A run may execute a plan's own code, and ask the servers that it names, without being asked only where this user built it here. */
function note(plan: Plan): Diagnostic | null {
  if (!wantsTrust(plan)) return null;
  const path = buildNotePath(homedir(), process.env["XDG_STATE_HOME"], plan.digest);
  return mark(path) ? null : planNotNoted(null, { path });
}

function summary(path: string, plan: Plan): string {
  const { names, default: first } = plan.entries;
  const entries = names.map((name) => (name === first && names.length > 1 ? `${name} (default)` : name));
  const to = path === "-" ? "" : ` ${path}`;
  const each = names.map((name) => `cost of ${name}: ${agentCostText(plan.cost, name)}\n`);
  const costs = names.length === 1 ? [`cost: ${costText(plan.cost)}\n`] : [...each, ...atMost(plan)];
  return `built${to}: ${counts(plan)}\n${names.length === 1 ? "entry" : "entries"}: ${entries.join(", ")}\n${costs.join("")}`;
}

/** Tokens and dollars are reckoned for all entries together. */
function atMost({ cost }: Plan): readonly string[] {
  return cost.kind === "bounded" && cost.tokens ? [`cost of any: ${costText(cost)}\n`] : [];
}

function counts(plan: Plan): string {
  const blocks = Object.values(plan.blocks);
  const ops = blocks.reduce((sum, block) => sum + opsOf(block.body).length, 0);
  const others = (["model", "tool", "skill", "worker"] as const).map((noun) => [noun, Object.keys(plan[`${noun}s`]).length] as const);
  const all = [["agent", blocks.length] as const, ["op", ops] as const, ...others.filter(([, count]) => count > 0)];
  return all.map(([noun, count]) => plural(count, noun)).join(", ");
}
