/**
 * How often runs reach their end when models are sloppy, and what the protocol costs against bare calls, over the examples and the
 * projects that `--projects=DIR,...` names. Models are simulated: the shares say what the runtime forgives, not how models are.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "../../compiler/build.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { textParts } from "../../runtime/3-task/task.ts";
import { countedUsage, textOf } from "../../runtime/providers/read-task.ts";
import { received } from "../../runtime/providers/sim-act.ts";
import { simSlips } from "../../runtime/providers/sim-options.ts";
import { type Asked, type SimRan, simRun } from "../support/sim-runs.ts";

export const name = "sloppy";

interface Project {
  readonly dir: string;
  readonly plan: Plan;
}

/** What was spent. */
interface Spent {
  readonly turns: number;
  readonly tokens: number;
}

const examples = fileURLToPath(new URL("../../examples", import.meta.url));

/** Measures, and prints a line per figure. */
export async function run(
  print: (line: string) => void,
  { full, projects: others }: { readonly full: boolean; readonly projects: readonly string[] },
): Promise<void> {
  const own = readdirSync(examples).map((folder) => join(examples, folder));
  const projects = await plansOf([...own.filter((dir) => existsSync(join(dir, "agents"))), ...others.map((dir) => resolve(dir))], print);
  const seeds = Array.from({ length: full ? 10 : 3 }, (_, seed) => seed);
  await protocolCost(projects, print);
  for (const rate of [0, 0.05, 0.1, 0.2, 0.4])
    print(`all slips, in ${rate * 100} % of answers: ${shown(await tried(projects, seeds, "all", rate))}`);
  for (const slip of simSlips) print(`${slip}, in 20 % of answers: ${shown(await tried(projects, seeds, slip, 0.2))}`);
}

async function plansOf(dirs: readonly string[], print: (line: string) => void): Promise<readonly Project[]> {
  const projects: Project[] = [];
  for (const dir of dirs) {
    const { plan } = await build(dir);
    if (plan) projects.push({ dir, plan });
    else print(`${dir} does not build, and is left out`);
  }
  print(`${projects.length} projects`);
  return projects;
}

/** Runs where nobody slips, against one call for each step and for each turn that used a tool, with the prompt and the input alone. */
async function protocolCost(projects: readonly Project[], print: (line: string) => void): Promise<void> {
  const runs = await Promise.all(projects.map((project) => ran(project, "sim")));
  const ours = sum(runs.flatMap(({ asked }) => asked.map(spent)));
  const bare = sum(runs.flatMap(({ asked }) => asked.flatMap(bareCall)));
  print(`the protocol: ${ours.turns} turns for ${bare.turns} bare calls, ${ratio(ours.turns, bare.turns)}`);
  print(`the protocol: ${ours.tokens} tokens for ${bare.tokens} of bare calls, ${ratio(ours.tokens, bare.tokens)}`);
}

async function tried(projects: readonly Project[], seeds: readonly number[], slip: string, rate: number) {
  const slips = rate === 0 ? "" : `,sloppy=${slip},rate=${rate}`;
  const runs: SimRan[] = [];
  for (const project of projects) for (const seed of seeds) runs.push(await ran(project, `sim:seed=${seed}${slips}`));
  const ended = runs.filter(({ settled }) => settled.kind === "ok");
  const codes = runs.flatMap(({ settled }) => (settled.kind === "failed" ? [settled.failure.code] : []));
  return { runs: runs.length, ended: ended.length, codes, spent: sum(runs.flatMap(({ asked }) => asked.map(spent))) };
}

function shown({ runs, ended, codes, spent: { turns, tokens } }: Awaited<ReturnType<typeof tried>>): string {
  const failed = [...new Set(codes)].map((code) => `${codes.filter((each) => each === code).length} ${code}`);
  const why = failed.length > 0 ? ` (failed: ${failed.join(", ")})` : "";
  return `${((100 * ended) / runs).toFixed(1)} % of ${runs} runs reach a terminal${why}, ${(turns / runs).toFixed(1)} turns and ${Math.round(tokens / runs)} tokens a run`;
}

function ran({ dir, plan }: Project, model: string): Promise<SimRan> {
  const file = ["input.txt", "input.md"].map((each) => join(dir, each)).find(existsSync);
  return simRun(plan, model, { input: file ? readFileSync(file, "utf8") : "A text.\nAnother line.", projectDir: dir });
}

/** Counted here: a sloppy server may not. */
function spent({ task, answer }: Asked): Spent {
  const { input, output } = countedUsage(task, answer ? { text: answer.text, calls: answer.calls } : { text: "", calls: [] });
  return { turns: 1, tokens: input + output };
}

/** What a request would have been without the protocol: none where it only started or read a skill. */
function bareCall({ task, answer }: Asked): readonly Spent[] {
  const names = answer?.calls.map((call) => call.name) ?? [];
  if (names.length > 0 && names.every((each) => each === "start" || each === "read_skill")) return [];
  const tools = task.tools.filter((tool) => !["start", "finish", "read_skill"].includes(tool.name));
  const system = task.messages.filter(({ role }) => role === "system").map(textOf);
  const messages = [
    { role: "system", parts: textParts(system.join("\n")) },
    { role: "user", parts: textParts(received(task)) },
  ] as const;
  const said = names.includes("finish")
    ? { text: answer?.calls[0]?.args ?? "", calls: [] }
    : { text: answer?.text ?? "", calls: answer?.calls ?? [] };
  const { input, output } = countedUsage({ ...task, tools, messages }, said);
  return [{ turns: 1, tokens: input + output }];
}

function sum(all: readonly Spent[]): Spent {
  return all.reduce((total, { turns, tokens }) => ({ turns: total.turns + turns, tokens: total.tokens + tokens }), { turns: 0, tokens: 0 });
}

function ratio(ours: number, floor: number): string {
  return `${(ours / floor).toFixed(2)} x`;
}
