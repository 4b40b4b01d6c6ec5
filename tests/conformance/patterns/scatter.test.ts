import { suite } from "uvu";
import * as assert from "uvu/assert";
import { call, finishes, type Part } from "../../support/model-server.ts";
import { agent, planOf, worker } from "../../support/plan-of.ts";
import { failureOf, outcomeOf, type RunPlanOptions, requestsOf, rowsOf, runPlan, spanTree } from "../../support/run-plan.ts";

const test = suite("scatter");
const prefix = `When you have determined the full list of items to process in parallel, call finish(key="parallel", value='["item1","item2",...]') with a JSON array of strings.\n`;
const asUsual = `If no fan-out is needed, call finish(key="done", value="...") as usual.\n\n`;
const begin = "\n\nCall start() to receive your task before beginning work.";

const reduce = { "agents/main/reduce.md": "You reduce.\n" };
const poet = agent("poet", "pattern: oneshot", "You are a poet.");
const files = (fields = "") => ({ ...agent("main", `pattern: scatter\nworker: poet\n${fields}`, "You split."), ...poet, ...reduce });
const plan = planOf(files());

const split = (value: unknown, key = "parallel"): Part => finishes(key, value);
const poets: Part = (request) => ({ text: `on ${request.user}`, delayMs: request.user === "one" ? 40 : 0 });

/** Runs a scatter whose map finishes with `value`. */
function run(value: unknown, parts: Readonly<Record<string, Part>> = {}, options: RunPlanOptions = {}) {
  const all = {
    "You split.": split(value),
    "You are a poet.": poets,
    "You reduce.": (request: { user: string }) => request.user,
    ...parts,
  };
  return runPlan(plan, all, options);
}

test("tells the map step how to fan out, before its own prompt", async () => {
  const ran = await run(["one"]);
  assert.is(requestsOf(ran, "You split.")[0]?.system, `${prefix}${asUsual}You split.\n${begin}`);
});

test("runs a worker for each item, and reduces their answers in the order of items, whoever is first", async () => {
  const ran = await run(["one", "two", "one"], {}, { input: "T" });
  assert.equal(outcomeOf(ran.settled), {
    key: "done",
    value: "Original task: T\n\nWorker results:\n[Item: one]\non one\n\n[Item: two]\non two\n\n[Item: one]\non one\n\n",
  });
});

test("the list may come as JSON text, which is parsed once", async () => {
  const ran = await run('["one", "two"]');
  assert.is(requestsOf(ran, "You are a poet.").length, 2);
});

test("a list that is no list of texts is sent back once, and then fails", async () => {
  const turns: Part = [call("finish", { key: "parallel", value: "[1, 2]" }), call("finish", { key: "parallel", value: ["one"] })];
  const mended = await run(null, { "You split.": turns });
  assert.is(requestsOf(mended, "You split.")[1]?.results[0], "[rejected: the value for `parallel` is not of type list<text>]");
  assert.is(requestsOf(mended, "You are a poet.").length, 1);
  const failed = await run("not a list");
  assert.equal(failureOf(failed.settled), { code: "schema", message: "the value for `parallel` is not of type list<text>" });
});

test("an empty list still reduces", async () => {
  const ran = await run([], {}, { input: "T" });
  assert.is(outcomeOf(ran.settled).value, "Original task: T\n\nWorker results:\n");
});

test("a key other than `parallel` ends the scatter with what the map said", async () => {
  const ran = await run("all done here", { "You split.": split("all done here", "DONE-ish") });
  assert.equal(outcomeOf(ran.settled), { key: "DONE-ish", value: "all done here" });
  assert.is(requestsOf(ran, "You are a poet.").length + requestsOf(ran, "You reduce.").length, 0);
});

test("plain text of the map means done", async () => {
  assert.equal(outcomeOf((await run(null, { "You split.": ["no need"] })).settled), { key: "done", value: "no need" });
});

test("`Parallel` in another case fans out too", async () => {
  const ran = await run(null, { "You split.": split(["one"], "PARALLEL") });
  assert.is(requestsOf(ran, "You reduce.").length, 1);
});

test("reduce is told of failed items under a heading of their own", async () => {
  const flaky: Part = (request) =>
    request.user === "two" ? { status: 400, body: { error: { message: "no" } } } : { text: `on ${request.user}` };
  const ran = await run(["one", "two", "three"], { "You are a poet.": flaky }, { input: "T" });
  const told = String(outcomeOf(ran.settled).value);
  const start =
    "Original task: T\n\nWorker results:\n[Item: one]\non one\n\n[Item: three]\non three\n\nFailed items:\n[Item: two]\n[error: ";
  assert.is(told.slice(0, start.length), start);
});

test("fails where all items failed", async () => {
  const ran = await run(["one", "two"], { "You are a poet.": [""] });
  assert.equal(failureOf(ran.settled), { code: "all-failed", message: "all 2 items failed; the first: the model answered nothing" });
  assert.is(requestsOf(ran, "You reduce.").length, 0);
});

test("on_error: fail stops at the first failure, and starts nothing more", async () => {
  const strict = planOf(files("on_error: fail"));
  const flaky: Part = (request) => (request.user === "two" ? { status: 400, delayMs: 20 } : { hang: true });
  const ran = await runPlan(strict, { "You split.": split(["one", "two", "three"]), "You are a poet.": flaky });
  assert.is(failureOf(ran.settled).code, "model");
  const spans = rowsOf(ran, "span_ended").filter(({ path }) => path?.includes("/worker@"));
  assert.equal(spans.map(({ path, status }) => [path, status]).sort(), [
    ["main@1/items[1]/worker@1", "cancelled"],
    ["main@1/items[2]/worker@1", "failed"],
    ["main@1/items[3]/worker@1", "cancelled"],
  ]);
});

test("on_error: fail gives reduce the plain list where nothing fails", async () => {
  const strict = planOf(files("on_error: fail"));
  const ran = await runPlan(
    strict,
    { "You split.": split(["one"]), "You are a poet.": poets, "You reduce.": (request) => request.user },
    { input: "T" },
  );
  assert.is(outcomeOf(ran.settled).value, "Original task: T\n\nWorker results:\n[Item: one]\non one\n\n");
});

test("more items than the plan allows is a limit, before any starts", async () => {
  const many = Array.from({ length: 10_001 }, (_, index) => `${index}`);
  const ran = await run(many);
  assert.equal(failureOf(ran.settled), { code: "limit", message: "10001 items, more than the limit of 10000" });
  assert.is(ran.result.kind === "ended" && ran.result.status, "limit");
  assert.is(requestsOf(ran, "You are a poet.").length, 0);
});

test("the words of the caller bind the map and the reduce, and the prompt names them", async () => {
  const nested = planOf({
    ...agent("main", "pattern: fsm\ninitial: spread\nstates:\n  spread: [{Good: ~}, {bad: ~}]"),
    ...agent("spread", "pattern: scatter\nworker: poet", "You split."),
    ...poet,
    "agents/spread/reduce.md": "---\npattern: react\n---\nYou reduce.\n",
  });
  const parts = { "You split.": split(["one"]), "You are a poet.": poets, "You reduce.": finishes("good", (input: string) => input) };
  const ran = await runPlan(nested, parts);
  const [first] = requestsOf(ran, "You split.");
  assert.equal(first?.keys, ["parallel", "Good", "bad"]);
  assert.match(first?.system ?? "", 'call finish(key, value="...") with one of these keys: Good, bad.\n\n');
  assert.equal(requestsOf(ran, "You reduce.")[0]?.keys, ["Good", "bad"]);
  assert.is(outcomeOf(ran.settled).key, "Good");
  const early = await runPlan(nested, { ...parts, "You split.": split("so bad", "BAD") });
  assert.equal(outcomeOf(early.settled), { key: "bad", value: "so bad" });
});

test("a worker with a typed input gets items of that type", async () => {
  const int = { kind: "int" } as const;
  const typed = planOf(
    { ...agent("main", "pattern: scatter\nworker: double", "You split."), ...agent("double", "pattern: code", ""), ...reduce },
    worker("double", { bundle: "export default { run: (n) => n * 2 }", input: int, output: int }),
  );
  const ran = await runPlan(typed, { "You split.": split("[1, 20]"), "You reduce.": (request) => request.user }, { input: "T" });
  assert.match(requestsOf(ran, "You split.")[0]?.system ?? "", "with a JSON array whose items are of type int.");
  assert.is(outcomeOf(ran.settled).value, "Original task: T\n\nWorker results:\n[Item: 1]\n2\n\n[Item: 20]\n40\n\n");
});

test("map, workers and reduce have spans of their own", async () => {
  const ran = await run(["one", "two"]);
  assert.equal(
    spanTree(ran).filter((line) => line.includes("agent:")),
    ["agent:main:scatter ok", "  agent:map:react ok", "  agent:poet:oneshot ok", "  agent:poet:oneshot ok", "  agent:reduce:oneshot ok"],
  );
});

test.run();
