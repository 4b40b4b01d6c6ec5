import { homedir } from "node:os";
import { join } from "node:path";
import { planNotNoted } from "../diagnostics/codes.generated.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { plural } from "../diagnostics/render/text.ts";
import { planJson } from "../emit/plan-json.ts";
import { buildNotePath } from "../ir/build-note.ts";
import { type ExitCode, exitCodes } from "../ir/exit-codes.ts";
import type { Cost, Plan } from "../ir/plan.ts";
import { opsOf } from "../ir/walk.ts";
import { buildJudged, type Gate } from "./judge.ts";
import { type Output, show } from "./terminal.ts";
import { mark, writeWhole } from "./write.ts";

/** What `tamac build` can be told besides how strictly to take findings. */
export interface BuildOptions extends Gate {
  /** Where the plan goes; `-` is stdout. Default: `plan.json` in the project's folder. */
  readonly output: string | undefined;
}

/** `tamac build`: compiles a project and writes its plan; nothing is written where a finding is an error. */
export async function runBuild(dir: string, options: BuildOptions, output: Output): Promise<ExitCode> {
  const { plan, diagnostics, sources } = await buildJudged(dir, options);
  const path = options.output ?? join(dir, "plan.json");
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

/** `tamac check`: as build, without writing. */
export async function runCheck(dir: string, gate: Gate, output: Output): Promise<ExitCode> {
  const { plan, diagnostics, sources } = await buildJudged(dir, gate);
  await show(diagnostics, sources, output);
  if (!plan) return exitCodes.diagnostics;
  output.stderr(`checked ${counts(plan)}\n`);
  return exitCodes.ok;
}

/** A run may execute a plan's own code without being asked only where this user built it here. */
function note(plan: Plan): Diagnostic | null {
  if (Object.keys(plan.workers).length === 0) return null;
  const path = buildNotePath(homedir(), process.env["XDG_STATE_HOME"], plan.digest);
  return mark(path) ? null : planNotNoted(null, { path });
}

function summary(path: string, plan: Plan): string {
  const { names, default: first } = plan.entries;
  const entries = names.map((name) => (name === first && names.length > 1 ? `${name} (default)` : name));
  const to = path === "-" ? "" : ` ${path}`;
  return `built${to}: ${counts(plan)}\n${names.length === 1 ? "entry" : "entries"}: ${entries.join(", ")}\ncost: ${cost(plan.cost)}\n`;
}

function counts(plan: Plan): string {
  const blocks = Object.values(plan.blocks);
  const ops = blocks.reduce((sum, block) => sum + [...opsOf(block.body)].length, 0);
  const others = (["model", "tool", "skill", "worker"] as const).map((noun) => [noun, Object.keys(plan[`${noun}s`]).length] as const);
  const all = [["agent", blocks.length] as const, ["op", ops] as const, ...others.filter(([, count]) => count > 0)];
  return all.map(([noun, count]) => plural(count, noun)).join(", ");
}

function cost(known: Cost): string {
  return known.kind === "unknown" ? "unknown" : `${known.turns.min} to ${plural(known.turns.max, "model turn")}`;
}
