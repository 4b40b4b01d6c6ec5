import { suite } from "uvu";
import * as assert from "uvu/assert";
import { truthy } from "../../compiler/ir/eval.ts";
import type { Json } from "../../compiler/ir/json.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { evaluated, opOf } from "../support/op-of.ts";
import { agent, blockOf, planOf } from "../support/plan-of.ts";

const test = suite("lower: fsm");
const leaves = Object.assign({}, ...["a", "b", "c"].map((name) => agent(name, "pattern: react", "approve revise drop go done")));

function fsm(states: string, more = ""): Plan {
  return planOf({ ...leaves, ...agent("main", `pattern: fsm\ninitial: a\nstates:\n${states}${more}`) });
}

function keysOf(plan: Plan, state: string) {
  return opOf(blockOf(plan, "main"), "call", `states/${state}`).keys;
}

/** What follows when `state` has ended: the next state, whether the machine stops, or the message of `no-route`. */
function after(plan: Plan, state: string, key: string, failed = false): { readonly to: Json; readonly stops: boolean } | string {
  const block = blockOf(plan, "main");
  const given = { loops: { loop: { at: state, value: "v" } }, outcomes: { state: { key, value: "w", failed } } };
  const route = evaluated(plan, opOf(block, "pure", "route").value, given);
  const next = opOf(block, "pure", "next");
  const known = { ...given, outcomes: { ...given.outcomes, route: { value: route }, next: { value: route } } };
  const [rule] = next.require;
  if (rule && !truthy(evaluated(plan, rule.holds, known))) return String(evaluated(plan, rule.message, known));
  return { to: route, stops: truthy(evaluated(plan, opOf(block, "repeat", "loop").until, known)) };
}

test("a key leads to its target, whatever its case, and a named key beats `*`", () => {
  const plan = fsm("  a: [{Approve: b}, {'*': c}]\n  b: ~\n  c: ~\n");
  assert.equal(after(plan, "a", "approve"), { to: "b", stops: false });
  assert.equal(after(plan, "a", "APPROVE"), { to: "b", stops: false });
  assert.equal(after(plan, "a", "else"), { to: "c", stops: false });
});

test("a key that a table does not have is `no-route`, told with its state", () => {
  const plan = fsm("  a: [{approve: b}]\n  b: ~\n");
  assert.is(after(plan, "a", "nope"), "FSM: no transition for key 'nope' in state 'a'");
});

test("a state without a way out, `~` and a marker stop", () => {
  const plan = fsm("  a: [{approve: b}, {drop: ~}, {revise: shelf}]\n  b: ~\n  shelf: ~\n");
  assert.equal(after(plan, "b", "anything"), { to: null, stops: true });
  assert.equal(after(plan, "a", "drop"), { to: null, stops: true });
  assert.equal(after(plan, "a", "revise"), { to: "shelf", stops: true });
});

test("a table passes its keys, a terminal its caller's", () => {
  const plan = fsm("  a: [{Approve: b}, {revise: a}]\n  b: ~\n");
  assert.equal(keysOf(plan, "a"), { kind: "set", words: ["Approve", "revise"], caller: false });
  assert.equal(keysOf(plan, "b"), { kind: "set", words: [], caller: true });
});

test("any word will do where any word leads on to a state", () => {
  const plan = fsm("  a: b\n  b: [{approve: c}, {'*': a}]\n  c: ~\n");
  assert.equal(keysOf(plan, "a"), { kind: "open" });
  assert.equal(keysOf(plan, "b"), { kind: "open" });
});

test("a bare target that is a marker passes the caller's keys, and `*` to one adds them to the table's", () => {
  const plan = fsm("  a: [{go: b}, {'*': out}]\n  b: out\n  out: ~\n");
  assert.equal(keysOf(plan, "a"), { kind: "set", words: ["go"], caller: true });
  assert.equal(keysOf(plan, "b"), { kind: "set", words: [], caller: true });
  assert.equal(after(plan, "b", "whatever"), { to: "out", stops: true });
});

test("a failure is caught only where a state says so, and leads to that state's `!error`", () => {
  const plan = fsm(`  a: [{go: b}, {"!error": c}]\n  b: ~\n  c: ~\n`);
  assert.is(opOf(blockOf(plan, "main"), "call", "states/a").onFailure, "value");
  assert.is(opOf(blockOf(plan, "main"), "call", "states/b").onFailure, "propagate");
  assert.equal(after(plan, "a", "error", true), { to: "c", stops: false });
  assert.equal(keysOf(plan, "a"), { kind: "set", words: ["go"], caller: false });
});

test("the loop is bounded by max_iter, else by 50, and says how many steps it took", () => {
  const plain = opOf(blockOf(fsm("  a: ~\n"), "main"), "repeat", "loop");
  const bounded = opOf(blockOf(fsm("  a: ~\n", "max_iter: 7\n"), "main"), "repeat", "loop");
  assert.equal([plain.max, bounded.max], [50, 7]);
  assert.equal(plain.exhausted, { kind: "literal", value: "FSM exceeded 50 steps without reaching a terminal state" });
});

test("a machine that begins with a marker ends at once with its input under `done`", () => {
  const plan = planOf(agent("main", "pattern: fsm\ninitial: over\nstates: {over: ~}"));
  const { body } = blockOf(plan, "main");
  assert.equal(body.ops, []);
  assert.equal(body.result, { kind: "outcome", key: { kind: "literal", value: "done" }, value: { kind: "input" } });
});

test("an op comes from the field that names it, its loop from the agent", () => {
  const plan = fsm("  a: ~\n");
  assert.equal(plan.origins["main/states/a"], { file: "agents/main/AGENT.md", line: 8, column: 3 });
  assert.is(plan.origins["main/loop"]?.line, 2);
});

test.run();
