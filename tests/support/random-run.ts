/** Runs of a plan on the bare scheduler, with models that answer at random: no thread, no clock, no disk. */
import type { Json } from "../../compiler/ir/json.ts";
import type { Plan, PlanModel } from "../../compiler/ir/plan.ts";
import { advance, createRun } from "../../runtime/2-schedule/index.ts";
import type { Command, Settled } from "../../runtime/2-schedule/types.ts";
import type { ModelTask, Task, TaskResult, Usage } from "../../runtime/3-task/task.ts";
import { simModel } from "./tasks.ts";

/** A number from 0 to below 1. */
export type Random = () => number;

export interface RandomRun {
  readonly settled: Settled;
  /** How many model requests it took. */
  readonly turns: number;
  /** What servers counted. */
  readonly usages: readonly Usage[];
}

/** Runs a plan once. `waste`: how often a model does nothing of use, from 0 to 1. */
export function randomRun(plan: Plan, random: Random, waste: number): RandomRun {
  const model = Object.values(plan.models)[0];
  return runWith(plan, random, (task) => counted(answerTo(task, random, waste), model, random));
}

/** An answer with what it took, where the plan tells how much that may be: the context, and of it `max_tokens` for the answer. */
function counted(result: TaskResult, model: PlanModel | undefined, random: Random): TaskResult {
  const context = model?.contextTokens ?? null;
  if (result.kind === "failed" || result.answer.kind !== "model" || context === null) return result;
  const upTo = (most: number) => Math.floor(random() * (most + 1));
  const output = upTo(Math.min(model?.maxTokens ?? context, context));
  const prompt = Math.max(1, upTo(context - output));
  const cached = upTo(prompt);
  return { ...result, answer: { ...result.answer, usage: { input: prompt - cached, cached, output, reasoning: 0 } } };
}

/** Runs a plan once with models that only ever write text. */
export function textRun(plan: Plan): RandomRun {
  return runWith(
    plan,
    () => 0,
    () => says("an answer", []),
  );
}

function runWith(plan: Plan, random: Random, answer: (task: ModelTask) => TaskResult): RandomRun {
  const models = Object.fromEntries(Object.keys(plan.models).map((name) => [name, simModel]));
  const { run, commands } = createRun({ plan, entry: plan.entries.default, task: "the task", models });
  const inFlight: Task[] = [];
  const usages: Usage[] = [];
  let turns = 0;
  let settled: Settled | null = null;
  const obey = (all: readonly Command[]) => {
    for (const command of all) {
      if (command.kind === "task") inFlight.push(command.task);
      if (command.kind === "ended") settled = command.settled;
    }
  };
  obey(commands);
  while (settled === null) {
    const [task] = inFlight.splice(Math.floor(random() * inFlight.length), 1);
    if (!task) throw new Error("a run waits for nothing");
    if (task.kind === "model") turns += 1;
    const result = task.kind === "model" ? answer(task) : withoutModel(plan, task, random);
    if (result.kind === "ok" && result.answer.kind === "model" && result.answer.usage) usages.push(result.answer.usage);
    obey(advance(run, { kind: "settled", path: task.path, result }));
  }
  return { settled, turns, usages };
}

/** A generator that a failed test can be run again with. @see Park and Miller, "Random number generators: good ones are hard to find" */
export function lehmer(seed: number): Random {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state - 1) / 2_147_483_646;
  };
}

/** What code and people say. */
function withoutModel(plan: Plan, task: Task, random: Random): TaskResult {
  if (random() < 0.02) return { kind: "failed", code: "code", message: "it does not work", details: null, ...times };
  if (task.kind === "wait") return { kind: "ok", answer: { kind: "wait", value: "an answer", by: "person" }, ...times };
  if (task.kind !== "code") throw new Error(`nobody does a ${task.kind} here`);
  const keys = plan.workers[task.worker]?.keys ?? [];
  return { kind: "ok", answer: { kind: "code", key: keys[Math.floor(random() * keys.length)] ?? "done", value: "a value" }, ...times };
}

/** Finishes with a word that is offered, wastes a turn, or fails. */
function answerTo(task: ModelTask, random: Random, waste: number): TaskResult {
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  if (random() < 0.02) return { kind: "failed", code: "model", message: "the model is away", details: null, ...times };
  const finish = task.tools.find(({ name }) => name === "finish");
  if (random() < waste) return says("", finish ? (pick([[], [call("start", {})], [{ name: "finish", args: "no JSON" }]]) ?? []) : []);
  if (!finish) return says(pick(["an answer", "DONE", '["one", "two"]']) ?? "", []);
  const words = wordsOf(finish.parameters) ?? ["go", "Back", "done", "parallel", "other"];
  const key = pick(words) ?? "done";
  const value = key.toLowerCase() === "parallel" ? (pick([[], ["one"], ["one", "two"]]) ?? []) : "a value";
  return says("", [call("finish", { key, value })]);
}

/** The words that `finish` may be called with; null: any. */
function wordsOf(parameters: Json): readonly string[] | null {
  const [, words] = /"key":\{[^}]*"enum":(\[[^\]]*\])/.exec(JSON.stringify(parameters)) ?? [];
  return words === undefined ? null : JSON.parse(words);
}

function call(name: string, args: Json): { readonly name: string; readonly args: string } {
  return { name, args: JSON.stringify(args) };
}

function says(text: string, calls: readonly { readonly name: string; readonly args: string }[]): TaskResult {
  return { kind: "ok", answer: { kind: "model", text, calls, finish: "stop", model: "made", usage: null }, ...times };
}

const times = { startUs: 1, endUs: 2, thread: 0, attempts: [] } as const;
