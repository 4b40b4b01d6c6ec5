/** Runs of a plan on the bare scheduler, in which everybody does as they are asked: what fails then is the plan's fault. */
import type { Plan } from "../../compiler/ir/plan.ts";
import { jsonSchema } from "../../compiler/ir/types.ts";
import { bug } from "../../compiler/ir/unreachable.ts";
import { advance, createRun } from "../../runtime/2-schedule/index.ts";
import type { Command, Settled } from "../../runtime/2-schedule/types.ts";
import type { CodeTask, RunModel, Task, TaskResult, WaitTask } from "../../runtime/3-task/task.ts";
import { sim } from "../../runtime/providers/sim.ts";
import { madeUp } from "../../runtime/providers/sim-value.ts";
import { askTask, simModel } from "./tasks.ts";

/** Runs a plan once. Models keep to keys and schemas, and choose by the seed; nobody answers where a deadline does. */
export async function obedientRun(plan: Plan, seed: number): Promise<Settled> {
  const model: RunModel = { ...simModel, name: `seed=${seed}` };
  const models = Object.fromEntries(Object.keys(plan.models).map((name) => [name, model]));
  const { run, commands } = createRun({ plan, entry: plan.entries.default, task: "the task", models });
  const inFlight: Task[] = [];
  const ends: Settled[] = [];
  const obey = (all: readonly Command[]) => {
    for (const command of all) {
      if (command.kind === "task") inFlight.push(command.task);
      if (command.kind === "ended") ends.push(command.settled);
    }
  };
  obey(commands);
  for (let task = inFlight.shift(); task; task = inFlight.shift()) {
    obey(advance(run, { kind: "settled", path: task.path, result: { ...(await done(plan, task, model)), ...times } }));
  }
  const [end] = ends;
  if (!end) throw bug("a run waits for nothing");
  return end;
}

type Done = Pick<TaskResult & { kind: "ok" }, "kind" | "answer">;

async function done(plan: Plan, task: Task, model: RunModel): Promise<Done> {
  switch (task.kind) {
    case "model": {
      const result = await sim.complete(task, { env: () => undefined, signal: new AbortController().signal, nowUs: () => 0 });
      if (result.kind === "failed") throw bug(result.message);
      return { kind: "ok", answer: result.answer };
    }
    case "wait":
      return { kind: "ok", answer: answered(task, model) };
    case "code":
      return { kind: "ok", answer: coded(plan, task, model) };
    default:
      throw bug(`nobody asked for a ${task.kind}`);
  }
}

function answered({ deadline, answer, path }: WaitTask, model: RunModel): Done["answer"] {
  if (deadline) return { kind: "wait", value: deadline.default, by: "deadline" };
  return { kind: "wait", value: madeUp(jsonSchema(answer), { task: askTask(model, { path: `${path}:1` }), input: "yes" }), by: "person" };
}

function coded({ workers }: Plan, { worker, path }: CodeTask, model: RunModel): Done["answer"] {
  const declared = workers[worker];
  if (!declared) throw bug(`no worker is named ${worker}`);
  const value = madeUp(jsonSchema(declared.output), { task: askTask(model, { path: `${path}:1` }), input: "code" });
  return { kind: "code", key: declared.keys[0] ?? "done", value };
}

const times = { startUs: 1, endUs: 2, thread: 0, attempts: [] } as const;
