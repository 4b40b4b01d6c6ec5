/** What the simulator does with its options: policies, faults, slips. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Plan } from "../../compiler/ir/plan.ts";
import type { ModelTask } from "../../runtime/3-task/task.ts";
import type { ProviderResult } from "../../runtime/providers/provider.ts";
import { sim } from "../../runtime/providers/sim.ts";
import { readSimOptions, simPolicies, simSlips } from "../../runtime/providers/sim-options.ts";
import { agent, planOf, skill } from "../support/plan-of.ts";
import { rowsOf } from "../support/run-plan.ts";
import { simRun } from "../support/sim-runs.ts";
import { actTask, askTask, simModel } from "../support/tasks.ts";

const test = suite("simulator");

/** A react agent with a skill that unlocks memory, artifacts, files and a shell. */
const tooled: Plan = planOf({
  ...agent("main", "pattern: react\ncall: {max_iter: 7, uses: [keeping]}", "Keep notes."),
  ...skill("keeping", ["tama_mem_set", "tama_mem_get", "tama_artifact_write", "tama_files_read", "tama_bash"]),
});
const critic: Plan = planOf({
  ...agent("main", "pattern: critic"),
  ...Object.fromEntries(["draft", "critique", "refine"].map((step) => [`agents/main/${step}.md`, `Do the ${step}.`])),
});

test("options are pairs of known words, and what is wrong with them is said", () => {
  assert.equal(readSimOptions("sim"), { policy: "brief", seed: 0, items: 3, fault: null, sloppy: [], rate: 0.2 });
  assert.equal(readSimOptions("policy=worst,seed=3,items=9,fault=429,sloppy=fences+empty,rate=0.5"), {
    policy: "worst",
    seed: 3,
    items: 9,
    fault: "429",
    sloppy: ["fences", "empty"],
    rate: 0.5,
  });
  for (const bad of ["worst", "policy=best", "seed=-1", "items=0", "fault=404", "sloppy=fences+tidy", "rate=2", "mood=bad", "", "seed="])
    assert.type(readSimOptions(bad), "string", bad);
});

test("the same options give the same run, another seed another one", async () => {
  const told = async (model: string) => {
    const { asked } = await simRun(tooled, model);
    return JSON.stringify(asked.map(({ answer }) => [answer?.text, answer?.calls]));
  };
  for (const policy of simPolicies.filter((each) => each !== "slow")) {
    const runs = await Promise.all([0, 0, 1, 2, 3].map((seed) => told(`sim:policy=${policy},seed=${seed}`)));
    assert.is(runs[0], runs[1]);
    if (policy !== "worst" && policy !== "brief") assert.ok(new Set(runs).size > 1, policy);
  }
});

test("unlocked tools are used, but for those that could do harm", async () => {
  const used = new Set<string | null>();
  for (let seed = 0; seed < 12; seed += 1)
    for (const row of rowsOf(await simRun(tooled, `sim:policy=random,seed=${seed}`), "tool_call")) used.add(row.tool_name);
  for (const name of ["read_skill", "tama_mem_set", "tama_mem_get", "tama_artifact_write", "tama_files_read"])
    assert.ok(used.has(name), name);
  assert.not(used.has("tama_bash"));
});

test("at its worst a run takes as many model turns as the plan says that it can", async () => {
  for (const plan of [tooled, critic]) {
    const { asked, settled } = await simRun(plan, "sim:policy=worst");
    assert.is(settled.kind, "ok");
    assert.is(asked.length, maxTurns(plan));
  }
});

test("lists are as long as they are to be", async () => {
  const list = { type: "array", items: { type: "string" } };
  const { answer } = okOf(await ask(askTask({ ...simModel, name: "items=40" }, { output: list })));
  assert.is(JSON.parse(answer.text).length, 40);
});

test("a busy server is asked again, and each try is told; one that stays busy fails the step", async () => {
  const statuses = new Set<string>();
  for (let seed = 0; seed < 20; seed += 1) {
    const result = await ask(askTask({ ...simModel, name: `fault=429,rate=0.5,seed=${seed}` }));
    const tries = result.attempts.map(({ status }) => status).join(" ");
    assert.is(result.kind, tries === "429 429 429" ? "failed" : "ok");
    statuses.add(tries);
  }
  assert.equal([...statuses].sort(), ["", "429 200", "429 429 200", "429 429 429"].sort());
  const broken = await ask(askTask({ ...simModel, name: "fault=5xx,rate=1" }));
  assert.equal(broken.kind === "failed" && [broken.code, broken.message], ["model", "the simulated server answered 503"]);
  const malformed = await ask(askTask({ ...simModel, name: "fault=malformed,rate=1" }));
  assert.equal([malformed.kind, malformed.attempts.length], ["failed", 1]);
});

test("a request that hangs ends when it is cancelled", async () => {
  const stop = new AbortController();
  const hanging = ask(askTask({ ...simModel, name: "fault=hang,rate=1" }), stop.signal);
  stop.abort();
  const result = await hanging;
  assert.is(result.kind === "failed" && result.code, "cancelled");
});

test("a loop that never finishes uses up its turns, and one that repeats itself meets the loop guards", async () => {
  for (const fault of ["never-finishes", "loops"]) {
    const ran = await simRun(tooled, `sim:fault=${fault},rate=1`);
    assert.is(ran.settled.kind === "failed" && ran.settled.failure.code, "max-turns");
    assert.is(rowsOf(ran, "loop_intervention").length > 0, fault === "loops", fault);
  }
});

test("each slip is made where it can be, and some of all of them", async () => {
  const meant = actTask({ ...simModel, name: "sim" }, ["approve", "revise"], { type: "string" }, { turnsLeft: 0 });
  const typed = askTask({ ...simModel, name: "sim" }, { output: { type: "object", properties: { score: { type: "integer" } } } });
  for (const slip of simSlips) {
    const slipped = async (task: ModelTask) => {
      const name = `sloppy=${slip},rate=1`;
      return JSON.stringify(okOf(await ask({ ...task, model: { ...task.model, name } })).answer) !==
        JSON.stringify({ ...okOf(await ask(task)).answer, model: name })
        ? slip
        : null;
    };
    assert.ok((await slipped(meant)) ?? (await slipped(typed)), slip);
  }
});

test("a kind of slip that is made now and then does not keep a run from its end", async () => {
  for (const slip of simSlips.filter((each) => each !== "empty")) {
    const { settled } = await simRun(tooled, `sim:policy=random,sloppy=${slip},rate=0.3,seed=5`);
    assert.is(settled.kind, "ok", slip);
  }
});

test.run();

function maxTurns({ cost }: Plan): number {
  if (cost.kind !== "bounded") throw new Error("the cost is not known");
  return cost.turns.max;
}

function ask(task: ModelTask, signal = new AbortController().signal): Promise<ProviderResult> {
  return sim.complete(task, { env: () => undefined, signal, nowUs: () => 0 });
}

function okOf(result: ProviderResult): ProviderResult & { kind: "ok" } {
  if (result.kind !== "ok") throw new Error(result.message);
  return result;
}
