/** When an agent goes on to its next step, whatever its pattern: the runtime knows none. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isObject } from "../../../compiler/ir/json.ts";
import { agent, planOf } from "../../support/plan-of.ts";
import { detailOf, rowsOf, runPlan } from "../../support/run-plan.ts";

const test = suite("phases");
const steps = (...files: readonly string[]) => Object.fromEntries(files.map((file) => [`agents/main/${file}.md`, `${file}\n`]));
const workers = (...names: readonly string[]) => Object.assign({}, ...names.map((name) => agent(name, "pattern: oneshot")));

/** The changes of phase of a simulated run. */
async function phasesOf(texts: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const ran = await runPlan(planOf(texts), {}, { model: "sim", input: "one\ntwo\nthree" });
  return rowsOf(ran, "phase_change").map((row) => {
    const told = detailOf(row);
    assert.ok(isObject(told));
    assert.is(row.key, told["to_phase"]);
    return `${told["from_phase"]} > ${told["to_phase"]}`;
  });
}

test("each step after another is a change of phase", async () => {
  assert.equal(await phasesOf({ ...agent("main", "pattern: critic"), ...steps("draft", "critique", "refine") }), [
    "draft > critique",
    "critique > refine",
  ]);
  assert.equal(await phasesOf({ ...agent("main", "pattern: constitutional"), ...steps("critique", "revise") }), [
    "generate > critique",
    "critique > revise",
  ]);
});

test("a fan-out is one step, however wide", async () => {
  assert.equal(await phasesOf({ ...agent("main", "pattern: chain-of-verification"), ...steps("verify", "check", "revise") }), [
    "generate > verify",
    "verify > checks",
    "checks > revise",
  ]);
  assert.equal(await phasesOf({ ...agent("main", "pattern: best-of-n\nn: 3"), ...steps("judge") }), ["variants > judge"]);
  assert.equal(await phasesOf({ ...agent("main", "pattern: scatter\nworker: w"), ...workers("w"), ...steps("reduce") }), [
    "map > parallel",
    "items > reduce",
  ]);
  assert.equal(await phasesOf({ ...agent("main", "pattern: parallel\nworkers: [a, b]"), ...workers("a", "b") }), []);
});

test("each round after another is a change of phase, and so are the steps within", async () => {
  const debate = { ...agent("main", "pattern: debate\nagents: [a, b]\nrounds: 2\njudge: j"), ...workers("a", "b", "j") };
  assert.equal(await phasesOf(debate), ["rounds[1] > rounds[2]", "rounds > judge"]);
  const plan = await phasesOf({
    ...agent("main", "pattern: plan-execute"),
    "agents/main/execute.md": "execute\n",
    "agents/main/verify.md": "Say DONE\n",
  });
  assert.equal(plan.slice(0, 2), ["plan > execution", "execution > verify"]);
});

test.run();
