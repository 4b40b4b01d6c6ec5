import { suite } from "uvu";
import * as assert from "uvu/assert";
import { planJson } from "../../compiler/emit/plan-json.ts";
import { decodePlan } from "../../compiler/ir/decode.ts";
import { truthy } from "../../compiler/ir/eval.ts";
import { deeperThan } from "../../compiler/ir/json.ts";
import { evaluated, opOf } from "../support/op-of.ts";
import { agent, blockOf, planOf, worker } from "../support/plan-of.ts";

const test = suite("lower: parallel, scatter");
const workers = { ...agent("ann", "pattern: oneshot"), ...agent("bob", "pattern: oneshot") };
const parallel = (fields: string) => planOf({ ...workers, ...agent("main", `pattern: parallel\n${fields}`) });

test("parallel gives the values of the workers that ended well, and the failures apart", () => {
  const plan = parallel("workers: [bob, ann]");
  const join = opOf(blockOf(plan, "main"), "pure", "join");
  const failure = { code: "model", message: "down", path: "x" };
  const well = { "workers/bob": { value: "B" }, "workers/ann": { value: "A" } };
  const oneFailed = { ...well, "workers/bob": { value: failure, failed: true } };
  assert.is(JSON.stringify(evaluated(plan, join.value, { outcomes: well })), `{"bob":"B","ann":"A"}`);
  assert.equal(evaluated(plan, join.value, { outcomes: oneFailed }), { ann: "A", "!failed": { bob: failure } });
});

test("parallel fails when every worker failed", () => {
  const plan = parallel("workers: [bob, ann]");
  const [rule] = opOf(blockOf(plan, "main"), "pure", "join").require;
  if (!rule) throw new Error("join requires nothing");
  const failed = { failed: true, value: {} };
  assert.is(rule.code, "all-failed");
  assert.is(truthy(evaluated(plan, rule.holds, { outcomes: { "workers/bob": failed, "workers/ann": failed } })), false);
  assert.is(truthy(evaluated(plan, rule.holds, { outcomes: { "workers/bob": failed, "workers/ann": {} } })), true);
});

test("a worker that is named twice runs twice, under a name of its own", () => {
  const plan = parallel("workers: [ann, bob, ann]");
  const block = blockOf(plan, "main");
  assert.equal(
    block.body.ops.map((op) => op.id),
    ["workers/ann", "workers/bob", "workers/ann~2", "join"],
  );
  const outcomes = { "workers/ann": { value: 1 }, "workers/bob": { value: 2 }, "workers/ann~2": { value: 3 } };
  assert.equal(evaluated(plan, opOf(block, "pure", "join").value, { outcomes }), { ann: 1, bob: 2, "ann~2": 3 });
});

test("a thousand workers make a plan that is no deeper than one makes", () => {
  const names = Array.from({ length: 1000 }, (_, index) => `worker-${index}`);
  const agents = Object.assign({}, ...names.map((name) => agent(name, "pattern: oneshot")));
  const plan = planOf({ ...agents, ...agent("main", `pattern: parallel\nworkers: [${names.join(", ")}]`) });
  assert.is(decodePlan(JSON.parse(planJson(plan))).kind, "ok");
  assert.not.ok(deeperThan(plan, 20));
});

test("six hundred fan-outs in each other make a plan that can be read", () => {
  const names = Array.from({ length: 600 }, (_, index) => `level-${index}`);
  const level = (name: string, index: number) => agent(name, `pattern: parallel\nworkers: [${names[index + 1] ?? "ann"}]`);
  const plan = planOf({
    ...workers,
    ...Object.assign({}, ...names.map(level)),
    ...agent("main", "pattern: parallel\nworkers: [level-0, bob]"),
  });
  assert.is(decodePlan(JSON.parse(planJson(plan))).kind, "ok");
});

test("fan-outs that share workers make a plan that grows with them, though their answers nest in every combination", () => {
  const names = Array.from({ length: 40 }, (_, index) => `level-${index}`);
  const level = (name: string, index: number) => {
    const workers = names.slice(index + 1, index + 4);
    return agent(name, workers.length > 0 ? `pattern: parallel\nworkers: [${workers.join(", ")}]` : "pattern: oneshot");
  };
  const project = (count: number) =>
    Object.assign({}, ...names.map(level), agent("main", `pattern: parallel\nworkers: [level-${40 - count}]`));
  const [half, all] = [20, 40].map((count) => planJson(planOf(project(count))).length);
  assert.ok(half && all && all < 2.5 * half, `${half}, ${all}`);
});

test("workers may finish with any word, and with `on_error: fail` the first failure is the agent's", () => {
  const call = (fields: string) => opOf(blockOf(parallel(fields), "main"), "call", "workers/ann");
  assert.equal(call("workers: [ann]").keys, { kind: "open" });
  assert.is(call("workers: [ann]").onFailure, "value");
  assert.is(call("workers: [ann]\non_error: fail").onFailure, "propagate");
});

const scatter = (fields = "", extra = {}) =>
  planOf({
    ...workers,
    ...extra,
    ...agent("main", `pattern: scatter\nworker: ann\n${fields}`, "Split it."),
    "agents/main/reduce.md": "Reduce it.\n",
  });
const begin = `When you have determined the full list of items to process in parallel, call finish(key="parallel", value='["item1","item2",...]') with a JSON array of strings.\n`;
const end = "Split it.\n\n\nCall start() to receive your task before beginning work.";

test("scatter's prompt says `done` where the caller allows it, else the words that it allows", () => {
  const plan = scatter();
  const { system } = opOf(blockOf(plan, "main"), "act", "map");
  const usual = `${begin}If no fan-out is needed, call finish(key="done", value="...") as usual.\n\n${end}`;
  assert.is(evaluated(plan, system), usual);
  assert.is(evaluated(plan, system, { keys: ["revise", "Done"] }), usual);
  const named = `${begin}If no fan-out is needed, call finish(key, value="...") with one of these keys: approve, revise.\n\n${end}`;
  assert.is(evaluated(plan, system, { keys: ["approve", "revise"] }), named);
});

test("scatter's map may finish with `parallel` and a list, or with its caller's words and text", () => {
  const act = opOf(blockOf(scatter(), "main"), "act", "map");
  assert.equal(act.keys, { kind: "set", words: ["parallel"], caller: true });
  assert.equal(act.outputs, { byKey: { parallel: { kind: "list", item: { kind: "text" } } }, otherwise: { kind: "text" } });
});

test("scatter's items have the type of a code worker's input", () => {
  const item = { kind: "object", fields: { n: { kind: "int" } }, optional: [] } as const;
  const texts = {
    ...agent("main", "pattern: scatter\nworker: ann"),
    "agents/main/reduce.md": "Reduce.\n",
    ...agent("ann", "pattern: code"),
    "agents/ann/worker.ts": "",
  };
  const plan = planOf(texts, worker("ann", { input: item }));
  const act = opOf(blockOf(plan, "main"), "act", "map");
  assert.equal(act.outputs.byKey, { parallel: { kind: "list", item } });
  assert.match(String(evaluated(plan, act.system)), "with a JSON array whose items are of type {n: int}.");
});

test("reduce is told of each item, and of the failed ones under a heading of their own", () => {
  const plan = scatter();
  const results = opOf(blockOf(plan, "main"), "pure", "results");
  const failure = { code: "model", message: "down", path: "x" };
  const value = {
    ok: [
      { index: 1, value: "A" },
      { index: 3, value: { n: 1 } },
    ],
    failed: [{ index: 2, item: "two", failure }],
  };
  const told = evaluated(plan, results.value, { input: "T", outcomes: { map: { value: ["one", "two", "three"] }, items: { value } } });
  const ok = `Original task: T\n\nWorker results:\n[Item: one]\nA\n\n[Item: three]\n{"n":1}\n\n`;
  assert.is(told, `${ok}Failed items:\n[Item: two]\n[error: down]\n\n`);
});

test("with `on_error: fail` reduce is told of every item", () => {
  const plan = scatter("on_error: fail");
  const results = opOf(blockOf(plan, "main"), "pure", "results");
  const told = evaluated(plan, results.value, { input: "T", outcomes: { map: { value: ["one", "two"] }, items: { value: ["A", "B"] } } });
  assert.is(told, "Original task: T\n\nWorker results:\n[Item: one]\nA\n\n[Item: two]\nB\n\n");
  assert.is(opOf(blockOf(plan, "main"), "map", "items").onFailure, "propagate");
});

test("no item still reduces, and nothing but failures is a failure", () => {
  const plan = scatter();
  const [rule] = opOf(blockOf(plan, "main"), "pure", "results").require;
  if (!rule) throw new Error("results require nothing");
  const holds = (value: { ok: never[]; failed: { failure: { message: string } }[] }) =>
    truthy(evaluated(plan, rule.holds, { outcomes: { items: { value } } }));
  assert.is(holds({ ok: [], failed: [] }), true);
  assert.is(holds({ ok: [], failed: [{ failure: { message: "down" } }] }), false);
});

test("a fan-out is bounded by 10,000 items", () => {
  assert.is(opOf(blockOf(scatter(), "main"), "map", "items").max, 10_000);
});

test("a reduce that reacts may finish with its caller's words", () => {
  const plan = planOf({
    ...workers,
    ...agent("main", "pattern: scatter\nworker: ann"),
    "agents/main/reduce.md": "---\npattern: react\n---\nReduce.\n",
  });
  const reduce = opOf(blockOf(plan, "main"), "act", "reduce");
  assert.equal({ keys: reduce.keys, span: reduce.span }, { keys: { kind: "set", words: [], caller: true }, span: "own" });
});

test.run();
