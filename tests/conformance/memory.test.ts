/** Shared memory in real runs: each branch sees its own writes and what was there before it, and the join goes by declaration. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { call, type Part, type ScriptedCall, signal } from "../support/model-server.ts";
import { agent, planOf, skill, worker } from "../support/plan-of.ts";
import { detailOf, failureOf, outcomeOf, rowsOf, runPlan } from "../support/run-plan.ts";

const test = suite("shared memory");
const read = call("read_skill", { name: "notes" });
const set = (key: string, value: string) => call("tama_mem_set", { key, value });
const append = (key: string, item: string) => call("tama_mem_append", { key, item });
const get = (key: string) => call("tama_mem_get", { key });
const finish = (key = "done") => call("finish", { key, value: "" });

/** One agent of `names` each, all with memory, then a worker `look` that ends the run with what it sees of the keys a, b and list. */
function fanOut(names: readonly string[], fields = "") {
  const clerks = names.map((name) => agent(name, "pattern: react\ncall: {uses: [notes]}", `I am ${name}.`));
  const files = {
    ...agent("main", `pattern: fsm\ninitial: all\nstates:\n  all: look\n  look: ~`),
    ...agent("all", `pattern: parallel\nworkers: [${names.join(", ")}]\n${fields}`),
    ...agent("look", "pattern: code", ""),
    ...Object.assign({}, ...clerks),
    ...skill("notes", ["tama_mem_set", "tama_mem_get", "tama_mem_append"]),
  };
  const bundle = "export default { run: (_, { memory }) => JSON.stringify(memory) };";
  return planOf(files, worker("look", { bundle, reads: ["a", "b", "list"] }));
}

/** An agent that does `calls` in one turn after `delayMs`, then finishes. */
function clerk(calls: readonly ScriptedCall[], delayMs = 0): Part {
  return [{ calls: [...read, ...calls], delayMs }, finish()];
}

const both = fanOut(["ann", "bob"]);

test("the last branch in declared order wins a conflict, whichever was last in time; appends add up in that order", async () => {
  for (const slow of ["ann", "bob"]) {
    const delay = (name: string) => (name === slow ? 40 : 0);
    const ran = await runPlan(both, {
      "I am ann.": clerk([...set("a", "by ann"), ...append("list", '"ann"')], delay("ann")),
      "I am bob.": clerk([...set("a", "by bob"), ...append("list", '"bob"')], delay("bob")),
    });
    assert.is(outcomeOf(ran.settled).value, '{"a":"by bob","b":null,"list":["ann","bob"]}');
    const [merged] = rowsOf(ran, "state_merged");
    const [ann, bob] = ["main@1/loop[1]/states/all@1/workers/ann", "main@1/loop[1]/states/all@1/workers/bob"];
    assert.equal(detailOf(merged), {
      conflicts: [{ key: "a", overlays: [ann, bob] }],
      entries: [
        { key: "a", overlay: ann, version: 1 },
        { key: "list", overlay: ann, version: 2 },
        { key: "a", overlay: bob, version: 3 },
        { key: "list", overlay: bob, version: 4 },
      ],
    });
  }
});

test("a branch sees its own writes at once, and never a sibling's (the Rust tama shared them live)", async () => {
  const ran = await runPlan(both, {
    "I am ann.": clerk([...set("a", "by ann"), ...get("a")]),
    "I am bob.": (request) => {
      if (request.turn === 1) return { calls: read, delayMs: 40 };
      return request.turn === 2 ? get("a") : finish();
    },
  });
  const seen = (name: string) =>
    ran.requests
      .filter(({ system }) => system.includes(name))
      .at(-1)
      ?.results.at(-1);
  assert.is(seen("I am ann."), "by ann");
  assert.is(seen("I am bob."), "[no value stored for key 'a']");
});

test("writes in a branch are numbered within it, under its path", async () => {
  const ran = await runPlan(both, { "I am ann.": clerk([...set("a", "1"), ...set("b", "2")]), "I am bob.": clerk(set("b", "3")) });
  assert.equal(
    rowsOf(ran, "state_set")
      .map(({ overlay, key, version }) => [overlay?.split("/").at(-1), key, version])
      .sort(),
    [
      ["ann", "a", 1],
      ["ann", "b", 2],
      ["bob", "b", 1],
    ],
  );
});

test("what a failed branch wrote is dropped", async () => {
  const ran = await runPlan(both, {
    "I am ann.": [{ calls: [...read, ...set("a", "lost"), ...append("list", "1")] }, ""],
    "I am bob.": clerk(set("b", "kept")),
  });
  assert.is(outcomeOf(ran.settled).value, '{"a":null,"b":"kept","list":null}');
});

test("a write before the fan-out is seen in every branch, and its list is added to by each", async () => {
  const plan = planOf({
    ...agent("main", "pattern: fsm\ninitial: ann\nstates:\n  ann: all\n  all: bob\n  bob: ~"),
    ...agent("all", "pattern: parallel\nworkers: [ann, ann]"),
    ...agent("ann", "pattern: react\ncall: {uses: [notes]}", "I am ann."),
    ...agent("bob", "pattern: react\ncall: {uses: [notes]}", "I am bob."),
    ...skill("notes", ["tama_mem_append", "tama_mem_get"]),
  });
  const ran = await runPlan(plan, { "I am ann.": clerk(append("list", "1")), "I am bob.": [[...read, ...get("list")], finish()] });
  const results = ran.requests.filter(({ turn, system }) => turn === 2 && system.includes("ann")).map(({ results }) => results.at(-1));
  assert.equal(results, ["appended to 'list': [1]", "appended to 'list': [1,1]", "appended to 'list': [1,1]"]);
  assert.is(ran.requests.at(-1)?.results.at(-1), "[1,1,1]");
});

test("items of a scatter join in the order of items", async () => {
  const plan = planOf({
    ...agent("main", "pattern: scatter\nworker: ann", "You split."),
    ...agent("ann", "pattern: react\ncall: {uses: [notes]}", "I am ann."),
    "agents/main/reduce.md": "---\npattern: react\ncall: {uses: [notes]}\n---\nYou reduce.\n",
    ...skill("notes", ["tama_mem_append", "tama_mem_get"]),
  });
  const item: Part = (request) => {
    if (request.turn === 1) return [...call("start"), ...read];
    if (request.turn === 3) return request.input === "2" ? { text: " " } : finish();
    return { calls: append("list", request.input), delayMs: 60 - 20 * Number(request.input) };
  };
  const ran = await runPlan(plan, {
    "You split.": [call("finish", { key: "parallel", value: ["1", "2", "3"] })],
    "I am ann.": item,
    "You reduce.": [[...read, ...get("list")], finish()],
  });
  const reduced = ran.requests.findLast(({ system }) => system.includes("You reduce."));
  assert.is(reduced?.results.at(-1), "[1,3]");
});

test("on_error: fail keeps what was written before in the log, and merges nothing", async () => {
  const { happened, happen } = signal();
  const ran = await runPlan(fanOut(["ann", "bob"], "on_error: fail"), {
    "I am ann.": (request) => (request.turn === 1 ? [...read, ...set("a", "x")] : happened.then(() => ({ status: 400 }))),
    "I am bob.": (request) => {
      if (request.turn === 1) return [...read, ...set("b", "y")];
      happen();
      return { hang: true };
    },
  });
  assert.is(failureOf(ran.settled).code, "model");
  assert.is(rowsOf(ran, "state_set").length, 2);
  assert.is(rowsOf(ran, "state_merged").length, 0);
});

test.run();
