/** The routing law: which words a state may finish with, where they lead, and what a nested machine passes on. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Plan } from "../../../compiler/ir/plan.ts";
import { call, finishes, type Part } from "../../support/model-server.ts";
import { agent, forcedPlanOf, planOf, worker } from "../../support/plan-of.ts";
import { detailOf, failureOf, outcomeOf, type RunPlanOptions, requestsOf, rowsOf, runPlan, spanTree } from "../../support/run-plan.ts";

const test = suite("fsm");

/** A machine of react agents: each state that is named in `agents` has one, whose prompt is `I am NAME.` */
function machine(states: string, agents: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const reacts = agents.map((name) => agent(name, "pattern: react", `I am ${name}.`));
  const [first = ""] = /\w[\w-]*/.exec(states) ?? [];
  return planOf({ ...agent("main", `pattern: fsm\ninitial: ${first}\nstates:\n${states}`), ...Object.assign({}, ...reacts), ...more });
}

/** Runs a plan whose agents, by name, say what `parts` tells. */
function run(plan: Plan, parts: Readonly<Record<string, Part>>, options: RunPlanOptions = {}) {
  return runPlan(plan, Object.fromEntries(Object.entries(parts).map(([name, part]) => [`I am ${name}.`, part])), options);
}

/** The words offered to an agent at each time it was asked first. */
const keysAt = (ran: Awaited<ReturnType<typeof run>>, name: string) =>
  requestsOf(ran, `I am ${name}.`).flatMap(({ turn, keys }) => (turn === 1 ? [keys] : []));

test("the value of a state, not the task, is the input of the next; there is no message between", async () => {
  const plan = machine("  a: [{go: b}]\n  b: ~\n", ["a", "b"]);
  const ran = await run(plan, { a: finishes("go", "from a"), b: finishes("end", (input: string) => `b saw ${input}`) }, { input: "T" });
  assert.equal(outcomeOf(ran.settled), { key: "end", value: "b saw from a" });
  assert.is(requestsOf(ran, "I am a.")[1]?.input, "T");
  const conversation = requestsOf(ran, "I am b.")[1]?.messages.map(({ role, content }) => [role, content]);
  assert.equal(conversation?.slice(1), [
    ["user", "Begin."],
    ["assistant", null],
    ["tool", "from a"],
  ]);
});

test("a table's state may finish with the words of its table, in their spelling, compared without case", async () => {
  const plan = machine("  a: [{Approve: b}, {REVISE: a}]\n  b: ~\n", ["a"]);
  const ran = await run(plan, { a: finishes("approve", "v") });
  assert.equal(keysAt(ran, "a"), [["Approve", "REVISE"]]);
  assert.equal(outcomeOf(ran.settled), { key: "Approve", value: "v" });
});

test("a marker passes key and value through", async () => {
  const plan = machine("  a: [{publish: shelf}]\n  shelf: ~\n", ["a"]);
  assert.equal(outcomeOf((await run(plan, { a: finishes("publish", "v") })).settled), { key: "publish", value: "v" });
});

test("`~` in a table stops with the transition's key", async () => {
  const plan = machine("  a: [{publish: ~}]\n", ["a"]);
  assert.equal(outcomeOf((await run(plan, { a: finishes("publish", "v") })).settled), { key: "publish", value: "v" });
});

test("a terminal with an agent runs it and stops with whatever it says, any word at the root", async () => {
  const plan = machine("  a: [{go: b}]\n  b: ~\n", ["a", "b"]);
  const ran = await run(plan, { a: finishes("go", "1"), b: finishes("Whatever", "2") });
  assert.equal(keysAt(ran, "b"), [null]);
  assert.equal(outcomeOf(ran.settled), { key: "Whatever", value: "2" });
});

test("a bare target that leads to a state leaves any word to its agent", async () => {
  const plan = machine("  a: b\n  b: [{fine: ~}]\n", ["a", "b"]);
  const ran = await run(plan, { a: ["plain text"], b: finishes("fine", (input: string) => input) });
  assert.equal(keysAt(ran, "a"), [null]);
  assert.equal(outcomeOf(ran.settled), { key: "fine", value: "plain text" });
});

test("a oneshot may stand where its key is routed by `*` or not at all", async () => {
  const oneshot = agent("a", "pattern: oneshot", "I am a.");
  const plan = planOf({ ...agent("main", "pattern: fsm\ninitial: a\nstates:\n  a: [{'*': out}]\n  out: ~"), ...oneshot });
  assert.equal(outcomeOf((await run(plan, { a: ["said"] })).settled), { key: "result", value: "said" });
});

test("a named key beats `*`, and `*` takes the rest where it leads to a state", async () => {
  const plan = machine("  a: [{'*': c}, {b: b}]\n  b: ~\n  c: ~\n", ["a", "b", "c"]);
  const parts = { b: finishes("at-b", ""), c: finishes("at-c", "") };
  assert.is(outcomeOf((await run(plan, { ...parts, a: finishes("B", "") })).settled).key, "at-b");
  const other = await run(plan, { ...parts, a: finishes("surprise", "") });
  assert.is(outcomeOf(other.settled).key, "at-c");
  assert.equal(keysAt(other, "a"), [null]);
});

test("what a table has no word for is no route, and says so with its state", async () => {
  const oneshot = agent("a", "pattern: oneshot", "I am a.");
  const plan = forcedPlanOf({ ...agent("main", "pattern: fsm\ninitial: a\nstates:\n  a: [{done: out}]\n  out: ~"), ...oneshot });
  const ran = await run(plan, { a: ["said"] });
  assert.equal(failureOf(ran.settled), { code: "no-route", message: "FSM: no transition for key 'result' in state 'a'" });
  assert.equal(spanTree(ran).slice(0, 2), ["agent:main:fsm failed", "  agent:a:oneshot ok"]);
});

test("a nested machine's terminal agent may finish with the words of the outer table only", async () => {
  const inner = agent("inner", "pattern: fsm\ninitial: x\nstates:\n  x: [{next: y}]\n  y: ~");
  const agents = { ...inner, ...agent("x", "pattern: react", "I am x."), ...agent("y", "pattern: react", "I am y.") };
  const plan = machine("  inner: [{Accept: out}, {reject: out}]\n  out: ~\n", [], agents);
  const ran = await run(plan, { x: finishes("next", "1"), y: finishes("accept", "2") });
  assert.equal(keysAt(ran, "x"), [["next"]]);
  assert.equal(keysAt(ran, "y"), [["Accept", "reject"]]);
  assert.equal(outcomeOf(ran.settled), { key: "Accept", value: "2" });
});

test("keys go down through machines within machines, and key and value come up untouched", async () => {
  const nest = (name: string, state: string) => agent(name, `pattern: fsm\ninitial: ${state}\nstates:\n  ${state}: ~`);
  const agents = { ...nest("one", "two"), ...nest("two", "deep"), ...agent("deep", "pattern: react", "I am deep.") };
  const plan = machine("  one: [{yes: ~}, {no: ~}]\n", [], agents);
  const ran = await run(plan, { deep: [call("finish", { key: "maybe" }), call("finish", { key: "NO", value: "n" })] });
  assert.equal(keysAt(ran, "deep"), [["yes", "no"]]);
  assert.equal(outcomeOf(ran.settled), { key: "no", value: "n" });
});

test("a nested marker's exit is a key that the outer table routes", async () => {
  const inner = agent("inner", "pattern: fsm\ninitial: x\nstates:\n  x: [{publish: shelf}]\n  shelf: ~");
  const agents = { ...inner, ...agent("x", "pattern: react", "I am x.") };
  const plan = machine("  inner: [{publish: after}]\n  after: ~\n", ["after"], agents);
  const ran = await run(plan, { x: finishes("publish", "book"), after: finishes("end", (input: string) => input) });
  assert.equal(outcomeOf(ran.settled), { key: "end", value: "book" });
});

test("a bare target that is a marker, and `*` to one, pass the caller's words on", async () => {
  const inner = agent("inner", "pattern: fsm\ninitial: x\nstates:\n  x: [{again: x}, {'*': out}]\n  out: ~");
  const bare = agent("bare", "pattern: fsm\ninitial: y\nstates:\n  y: out\n  out: ~");
  const agents = { ...inner, ...bare, ...agent("x", "pattern: react", "I am x."), ...agent("y", "pattern: react", "I am y.") };
  const plan = machine("  inner: [{good: bare}, {bad: ~}]\n  bare: [{fine: ~}]\n", [], agents);
  const ran = await run(plan, { x: finishes("good", "1"), y: finishes("fine", "2") });
  assert.equal(keysAt(ran, "x"), [["again", "good", "bad"]]);
  assert.equal(keysAt(ran, "y"), [["fine"]]);
  assert.equal(outcomeOf(ran.settled), { key: "fine", value: "2" });
});

test("`!error` leads a failure on as a typed value", async () => {
  const plan = machine(`  a: [{go: b}, {"!error": rescue}]\n  b: ~\n  rescue: ~\n`, ["a", "rescue"]);
  const ran = await run(plan, {
    a: [{ status: 400, body: { error: { message: "down" } } }],
    rescue: finishes("rescued", (input: string) => input),
  });
  const { key, value } = outcomeOf(ran.settled);
  assert.is(key, "rescued");
  const told = JSON.parse(String(value));
  assert.equal([told.code, told.path], ["model", "main@1/loop[1]/states/a@1/react"]);
  assert.match(told.message, "down");
  assert.equal(spanTree(ran).slice(0, 2), ["agent:main:fsm ok", "  agent:a:react failed"]);
});

test("`!error: ~` stops with key `error` and the failure", async () => {
  const plan = machine(`  a: [{go: ~}, {"!error": ~}]\n`, ["a"]);
  const { key, value } = outcomeOf((await run(plan, { a: [""] })).settled);
  assert.is(key, "error");
  assert.equal(value, { code: "model", message: "the model answered nothing", path: "main@1/loop[1]/states/a@1/react" });
});

test("a failure that no state catches fails the run", async () => {
  const ran = await run(machine("  a: [{go: ~}]\n", ["a"]), { a: [""] });
  assert.is(failureOf(ran.settled).code, "model");
});

test("what a caught state wrote is undone", async () => {
  const notes = { "skills/notes/SKILL.md": "---\nname: notes\ndescription: d\ntools: [tama_mem_set]\n---\nWrite.\n" };
  const plan = planOf(
    {
      ...agent("main", `pattern: fsm\ninitial: a\nstates:\n  a: [{go: ~}, {"!error": look}]\n  look: ~`),
      ...agent("a", "pattern: react\ncall: {uses: [notes]}", "I am a."),
      ...agent("look", "pattern: code", ""),
      ...notes,
    },
    worker("look", { bundle: "export default { run: (_, { memory }) => JSON.stringify(memory) }", reads: ["k"] }),
  );
  const write: Part = [[...call("read_skill", { name: "notes" }), ...call("tama_mem_set", { key: "k", value: "v" })], ""];
  const ran = await run(plan, { a: write });
  assert.is(rowsOf(ran, "state_set").length, 1);
  assert.is(rowsOf(ran, "state_merged").length, 0);
  assert.equal(outcomeOf(ran.settled).value, '{"k":null}');
});

test("tells each transition as a change of phase", async () => {
  const plan = machine("  a: [{go: b}]\n  b: [{back: a}, {end: ~}]\n", ["a", "b"]);
  const ran = await run(plan, {
    a: finishes("go", ""),
    b: (request) => call("finish", { key: request.hit < 5 ? "back" : "end", value: "" }),
  });
  assert.equal(
    rowsOf(ran, "phase_change").map((row) => detailOf(row)),
    [
      { from_phase: "a", to_phase: "b" },
      { from_phase: "b", to_phase: "a" },
      { from_phase: "a", to_phase: "b" },
    ],
  );
});

test("stops after 50 steps, and says so", async () => {
  const ran = await run(machine("  a: [{again: a}, {end: ~}]\n", ["a"]), { a: [call("finish", { key: "again", value: "v" })] });
  assert.equal(failureOf(ran.settled), { code: "exhausted", message: "FSM exceeded 50 steps without reaching a terminal state" });
  assert.is(ran.requests.length, 50);
});

test("a machine whose first state is a marker gives its input back", async () => {
  const ran = await run(machine("  a: ~\n", []), {}, { input: "T" });
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "T" });
});

test.run();
