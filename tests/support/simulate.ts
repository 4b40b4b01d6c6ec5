/** Projects on disk, compiled and run with simulated models. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { build } from "../../compiler/build.ts";
import { toText } from "../../compiler/ir/json.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { resolveModels } from "../../runtime/1-load/models.ts";
import { readClock, startClock } from "../../runtime/3-task/clock.ts";
import { readRun } from "../../runtime/4-trace/read.ts";
import { type Asker, nobody } from "../../runtime/asker.ts";
import { exec, runDir } from "../../runtime/exec.ts";
import { inlineExecutor } from "../../runtime/executors/inline.ts";
import { assertLaws } from "./laws.ts";
import { outcomeOf } from "./run-plan.ts";

/** Compiles a project that must have no finding at all. */
export async function builtPlan(dir: string): Promise<Plan> {
  const { plan, diagnostics } = await build(dir);
  assert.equal(
    diagnostics.map(({ code, message }) => `${code}: ${message}`),
    [],
  );
  if (!plan) throw new Error(`${dir} has no plan`);
  return plan;
}

/** Runs a plan with simulated models, in this thread, and gives the key and the text that it ends with. */
export async function simulate(plan: Plan, task: string): Promise<{ readonly key: string; readonly text: string }> {
  const stateDir = mkdtempSync(join(tmpdir(), "tama-example-"));
  try {
    return await simulateInto(stateDir, { plan, task, traceId: "0".repeat(32) });
  } finally {
    rmSync(stateDir, { recursive: true });
  }
}

export interface Recorded {
  readonly plan: Plan;
  readonly task: string;
  readonly traceId: string;
  /** Default: the simulator. */
  readonly model?: string;
  /** Default: the state folder. */
  readonly projectDir?: string;
  /** Default: nobody. */
  readonly asker?: Asker;
}

/** The same, recorded in a state folder of the test's own, with models that need no key. */
export async function simulateInto(
  stateDir: string,
  { plan, task, traceId, model = "sim", projectDir = stateDir, asker = nobody }: Recorded,
): Promise<{ readonly key: string; readonly text: string }> {
  const clock = startClock();
  const resolved = resolveModels(plan, { override: model, env: {} });
  if (resolved.kind === "failed") throw new Error(`${model} needs nothing`);
  const result = await exec({
    plan,
    entry: plan.entries.default,
    task,
    models: resolved.models,
    notes: resolved.notes,
    stateDir,
    traceId,
    asker,
    executor: inlineExecutor({ env: {}, projectDir, bundles: plan.texts, clock }),
    concurrency: 4,
    signal: new AbortController().signal,
    nowUs: readClock(clock),
    onEvent: () => {},
  });
  if (result.kind === "refused") throw new Error(result.diagnostic.message);
  assertLaws([...readRun(runDir(stateDir, traceId))]);
  const { key, value } = outcomeOf(result.settled);
  return { key, text: toText(value) };
}
