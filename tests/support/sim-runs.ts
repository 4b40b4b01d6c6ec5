/** Runs of a plan with simulated models, and what was asked and answered in them. */

import { isObject, type Json } from "../../compiler/ir/json.ts";
import type { Body } from "../../compiler/ir/ops.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { jsonSchema } from "../../compiler/ir/types.ts";
import { bodiesOf } from "../../compiler/ir/walk.ts";
import type { ModelAnswer, ModelTask } from "../../runtime/3-task/task.ts";
import type { Asker } from "../../runtime/asker.ts";
import { inlineExecutor } from "../../runtime/executors/inline.ts";
import { madeUp } from "../../runtime/providers/sim-value.ts";
import { type Ran, type RunPlanOptions, runPlan } from "./run-plan.ts";
import { askTask, simModel } from "./tasks.ts";

/** A model request and what came of it; null where none did. */
export interface Asked {
  readonly task: ModelTask;
  readonly answer: ModelAnswer | null;
}

export interface SimRan extends Ran {
  readonly asked: readonly Asked[];
}

/** Runs a plan with models as `--model` names them. People give any answer of the right type. */
export async function simRun(plan: Plan, model: string, options: RunPlanOptions = {}): Promise<SimRan> {
  const asked: Asked[] = [];
  const executor: RunPlanOptions["executor"] = (data) => {
    const inner = inlineExecutor(data);
    return {
      ...inner,
      run: async (task, signal) => {
        const result = await inner.run(task, signal);
        if (task.kind === "model")
          asked.push({ task, answer: result.kind === "ok" && result.answer.kind === "model" ? result.answer : null });
        return result;
      },
    };
  };
  const ran = await runPlan(plan, {}, { ...options, model, executor, asker: anybody });
  return { ...ran, asked };
}

/** Answers every question with a made-up value of its type. */
const anybody: Asker = async ({ answer, path }) => {
  const task = askTask(simModel, { path: `${path}:1` });
  return { kind: "answer", value: madeUp(jsonSchema(answer), { task, input: "yes" }) };
};

/** Where runs have been: the leaf ops on their paths, without iterations, items, attempts and turns. */
export function visited(rows: readonly { readonly path: string | null }[]): ReadonlySet<string> {
  return new Set(rows.map(({ path }) => (path ?? "").replace(/@\d+|\[\d+\]|:[\d.a-z]+$/g, "")));
}

/** Every leaf op that a plan's entry leads to, written as `visited` has it. */
export function leavesOf(plan: Plan, entry: string): readonly string[] {
  const walk = (body: Body, prefix: string): readonly string[] =>
    body.ops.flatMap((op) => {
      const path = `${prefix}/${op.id}`;
      if (op.kind === "pure") return [];
      if (op.kind === "call") return walk(plan.blocks[op.block]?.body ?? { ...body, ops: [] }, path);
      const inner = bodiesOf(op);
      return inner.length === 0 ? [path] : inner.flatMap((each) => walk(each, op.kind === "choose" ? prefix : path));
    });
  const block = plan.blocks[entry];
  return block ? walk(block.body, entry) : [];
}

/** The words that a request's `finish` takes; none where any word goes. */
export function offeredKeys({ tools }: ModelTask): readonly string[] {
  const properties = tools.find(({ name }) => name === "finish")?.parameters["properties"];
  const key = isObject(properties) ? properties["key"] : undefined;
  return isObject(key) && Array.isArray(key["enum"]) ? key["enum"].map(String) : [];
}

/** The word that an answer finishes with; null where it does not. */
export function finishedWith(answer: ModelAnswer | null): Json | null {
  const args: unknown = JSON.parse(answer?.calls.find(({ name }) => name === "finish")?.args ?? "null");
  return isObject(args) && typeof args["key"] === "string" ? args["key"] : null;
}
