import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { WorkerSource } from "../../../compiler/1-source/types.ts";
import { call } from "../../support/model-server.ts";
import { agent, planOf, skill, worker } from "../../support/plan-of.ts";
import { failureOf, outcomeOf, rowsOf, runPlan, spanTree } from "../../support/run-plan.ts";

const test = suite("code");
const int = { kind: "int" } as const;

/** A run of one worker whose `run` has this body. */
function run(body: string, more: Partial<WorkerSource> = {}, input = "the task") {
  const bundle = `export default { keys: ${JSON.stringify(more.keys ?? [])}, run(input, { memory }) { ${body} } };`;
  return runPlan(planOf(agent("main", "pattern: code", ""), worker("main", { bundle, ...more })), {}, { input });
}

test("gives its input and ends `done` with its value, without a model", async () => {
  const ran = await run("return input.toUpperCase();", {}, "shout");
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "SHOUT" });
  assert.is(ran.requests.length, 0);
  assert.equal(spanTree(ran), ["agent:main:code ok", "  code:main ok"]);
});

test("a typed input is parsed from text once, a typed value travels as it is", async () => {
  const ran = await run("return { twice: input * 2 };", { input: int, output: { kind: "any" } }, "21");
  assert.equal(outcomeOf(ran.settled), { key: "done", value: { twice: 42 } });
});

test("an input that is not of its type fails before it runs", async () => {
  const ran = await run("throw new Error('ran');", { input: int }, "many");
  assert.equal(failureOf(ran.settled), { code: "schema", message: 'the worker\'s input is not of type int: "many"' });
  assert.is(rowsOf(ran, "code_call").length, 0);
  assert.equal(spanTree(ran), ["agent:main:code failed"]);
});

test("a value that is not of its type fails, though the call is recorded", async () => {
  const ran = await run("return 'text';", { output: int });
  assert.equal(failureOf(ran.settled), { code: "schema", message: 'the worker\'s value is not of type int: "text"' });
  assert.equal(spanTree(ran), ["agent:main:code failed", "  code:main ok"]);
});

test("ends with a declared key in its declared spelling", async () => {
  const ran = await run("return { key: 'APPROVE', value: input };", { keys: ["Approve", "revise"] });
  assert.equal(outcomeOf(ran.settled), { key: "Approve", value: "the task" });
  assert.is(rowsOf(ran, "code_call")[0]?.key, "Approve");
});

test("a key that it did not declare fails, and names those that it did", async () => {
  const ran = await run("return { key: 'publish', value: '' };", { keys: ["approve"] });
  assert.equal(failureOf(ran.settled), { code: "code", message: 'worker main returned the key "publish"; it declares the keys approve' });
});

test("what it throws is a failure with its message", async () => {
  const ran = await run("throw new TypeError('no such thing');");
  assert.is(failureOf(ran.settled).code, "code");
  assert.match(failureOf(ran.settled).message, "worker main threw: TypeError: no such thing");
  assert.equal(spanTree(ran), ["agent:main:code failed", "  code:main failed"]);
});

test("its keys route a machine", async () => {
  const plan = planOf(
    {
      ...agent("main", "pattern: fsm\ninitial: count\nstates:\n  count: [{long: cut}, {short: ~}]\n  cut: count"),
      ...agent("count", "pattern: code", ""),
      ...agent("cut", "pattern: code", ""),
    },
    {
      ...worker("count", {
        keys: ["long", "short"],
        bundle: "export default { keys: ['long', 'short'], run: (text) => ({ key: text.length > 3 ? 'long' : 'short', value: text }) };",
      }),
      ...worker("cut", { bundle: "export default { run: (text) => text.slice(1) };" }),
    },
  );
  const ran = await runPlan(plan, {}, { input: "123456" });
  assert.equal(outcomeOf(ran.settled), { key: "short", value: "456" });
  assert.is(rowsOf(ran, "code_call").length, 7);
});

test("sees the memory keys that it reads as they are when it starts, null where unset, and cannot change them", async () => {
  const files = {
    ...agent("main", "pattern: fsm\ninitial: clerk\nstates:\n  clerk: [{go: look}]\n  look: again\n  again: ~"),
    ...agent("clerk", "pattern: react\ncall: {uses: [notes]}"),
    ...agent("look", "pattern: code", ""),
    ...agent("again", "pattern: code", ""),
    ...skill("notes", ["tama_mem_append", "tama_mem_set"]),
  };
  const look = "export default { run(_, { memory }) { const seen = JSON.stringify(memory); memory.list?.push('mine'); return seen; } };";
  const reads = ["list", "none"];
  const plan = planOf(files, { ...worker("look", { bundle: look, reads }), ...worker("again", { bundle: look, reads }) });
  const turn = [
    ...call("read_skill", { name: "notes" }),
    ...call("tama_mem_append", { key: "list", item: "1" }),
    ...call("tama_mem_set", { key: "hidden", value: "x" }),
    ...call("finish", { key: "go", value: "" }),
  ];
  const ran = await runPlan(plan, { "*": [turn] });
  assert.is(outcomeOf(ran.settled).value, '{"list":[1],"none":null}');
});

test("equal work has an equal content key, whatever its path; another input has another", async () => {
  const bundle = "export default { run: (text) => text };";
  const two = planOf(
    { ...agent("main", "pattern: parallel\nworkers: [same, same]"), ...agent("same", "pattern: code", "") },
    worker("same", { bundle }),
  );
  const keys = async (input: string) => rowsOf(await runPlan(two, {}, { input }), "code_call").map((row) => row.content_key);
  const [first, second] = await keys("a");
  assert.ok(first !== undefined && first === second);
  assert.is.not((await keys("b"))[0], first);
});

test.run();
