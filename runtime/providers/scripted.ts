import { readFileSync } from "node:fs";
import type { AskingStep, ModelTask, WaitTask } from "../3-task/task.ts";
import type { Asker } from "../asker.ts";
import type { Provider, ProviderResult } from "./provider.ts";
import { calledTools, countedUsage, listedSkills } from "./read-task.ts";
import { type Call, type ReadScenario, readScenario, type Said, type Scenario, type Turn } from "./scenario.ts";

/** Models that say what a scenario tells, whatever the order in which they are asked. The model's name is the scenario's file. */
export function scriptedProvider(): Provider {
  const scenarios = new Map<string, ReadScenario>();
  return {
    name: "scripted",
    complete: async (task, { signal }) => {
      if (signal.aborted) return failed("cancelled", "the request was cancelled");
      const read = scenarios.get(task.model.name) ?? readScenarioFile(task.model.name);
      scenarios.set(task.model.name, read);
      if (read.kind === "failed") return failed("replay-miss", `${task.model.name} is no scenario: ${read.problems.join("; ")}`);
      return answer(task, read.scenario);
    },
  };
}

/** Reads a scenario's file. Never throws. */
export function readScenarioFile(path: string): ReadScenario {
  try {
    return readScenario(readFileSync(path, "utf8"));
  } catch (error) {
    return { kind: "failed", problems: [error instanceof Error ? error.message : String(error)] };
  }
}

/** People who answer as a scenario tells; what it does not tell is asked of `otherwise`. */
export function scriptedAsker({ answers }: Scenario, otherwise: Asker): Asker {
  return async (task: WaitTask, signal) => {
    const [name] = [task.path, task.channel].filter((candidate) => Object.hasOwn(answers, candidate));
    const given = name === undefined ? [] : (answers[name] ?? []);
    const value = given[Math.min(task.step.call, given.length) - 1];
    return value === undefined ? otherwise(task, signal) : { kind: "answer", value };
  };
}

function answer(task: ModelTask, scenario: Scenario): ProviderResult {
  const turn = turnFor(task, scenario);
  if (!turn) return failed("replay-miss", missing(task));
  if (turn.kind === "error") return failed("model", turn.message);
  const finish = turn.said.calls.length > 0 ? "tool_calls" : "stop";
  const usage = countedUsage(task, turn.said);
  return { kind: "ok", answer: { kind: "model", ...turn.said, finish, model: task.model.name, usage }, attempts: [] };
}

function turnFor(task: ModelTask, { agents, paths, fallback }: Scenario): Turn | undefined {
  const { op, turn } = placeOf(task);
  const exact = own(paths, task.path)?.[0];
  if (exact) return exact;
  const script = own(paths, op) ?? callAt(task.step, agents, fallback);
  if (!script) return undefined;
  const opening = openingOf(task, script);
  return opening && turn === 1 ? opening : script[turn - 1 - (opening || isOpened(task, script) ? 1 : 0)];
}

/** The script of a step's call, by the most special of its names; the last call given stands for all that follow. */
function callAt({ agent, op, label, call }: AskingStep, agents: Scenario["agents"], fallback: readonly Call[]): Call | undefined {
  const given = [`${agent}/${label}`, `${agent}/${op}`, agent].map((name) => own(agents, name)).find((calls) => calls !== undefined);
  const calls = given ?? fallback;
  return calls[Math.min(call, calls.length) - 1];
}

/**
 * The turn that need not be written out: a react loop starts, and reads its skills where the script calls a tool that is not
 * offered yet. Null where there is no `start`, or where the script calls it itself.
 */
function openingOf(task: ModelTask, script: Call): Turn | null {
  const offered = new Set(task.tools.map(({ name }) => name));
  const called = new Set(script.flatMap((turn) => (turn.kind === "say" ? turn.said.calls.map(({ name }) => name) : [])));
  if (!offered.has("start") || called.has("start")) return null;
  const isShort = [...called].some((name) => !offered.has(name)) || calledTools(task).has("read_skill");
  const reads = isShort && !called.has("read_skill") ? listedSkills(task) : [];
  const said: Said = {
    text: "",
    calls: [{ name: "start", args: "{}" }, ...reads.map((name) => ({ name: "read_skill", args: JSON.stringify({ name }) }))],
  };
  return { kind: "say", said };
}

/** A request for a summary offers no `start`, but the loop that it belongs to began with one. */
function isOpened({ purpose }: ModelTask, script: Call): boolean {
  return purpose === "summary" && !script.some((turn) => turn.kind === "say" && turn.said.calls.some(({ name }) => name === "start"));
}

function missing(task: ModelTask): string {
  const { agent, label, call } = task.step;
  return `${task.model.name} says nothing for turn ${placeOf(task).turn} of ${agent}/${label}, call ${call} (${task.path})`;
}

/** The op's path and the turn. */
function placeOf({ path }: ModelTask): { readonly op: string; readonly turn: number } {
  const colon = path.lastIndexOf(":");
  return { op: path.slice(0, colon), turn: Number(path.slice(colon + 1)) };
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function failed(code: "model" | "cancelled" | "replay-miss", message: string): ProviderResult {
  return { kind: "failed", code, message, details: null, attempts: [] };
}
