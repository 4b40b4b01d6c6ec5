import { suite } from "uvu";
import * as assert from "uvu/assert";
import { evaluated, opOf } from "../support/op-of.ts";
import { agent, blockOf, planOf, skill, worker } from "../support/plan-of.ts";

const test = suite("lower: react, oneshot, code");

test("an act without skills is told only how to begin", () => {
  const plan = planOf(agent("main", "pattern: react", "You edit.\n\nBriefly."));
  const act = opOf(blockOf(plan, "main"), "act", "react");
  assert.is(evaluated(plan, act.system), "You edit.\n\nBriefly.\n\n\nCall start() to receive your task before beginning work.");
  assert.equal(
    { keys: act.keys, turns: act.maxTurns, span: act.span },
    { keys: { kind: "set", words: [], caller: true }, turns: 10, span: "none" },
  );
});

test("an act with skills lists them before it is told how to begin", () => {
  const plan = planOf({
    ...agent("main", "pattern: react\ncall: {uses: [notes, web]}", "You edit."),
    ...skill("notes", ["tama_mem_set"]),
    ...skill("web", ["tama_http_get"]),
  });
  const act = opOf(blockOf(plan, "main"), "act", "react");
  const list =
    "\n\n## Available skills\nCall read_skill(name) to load full instructions before using a skill.\n- **notes**: about notes\n- **web**: about web\n";
  assert.is(evaluated(plan, act.system), `You edit.\n${list}\n\nCall start() to receive your task before beginning work.`);
  assert.equal(act.skills, ["notes", "web"]);
  assert.equal(plan.needs.effects, ["mem", "net"]);
});

test("max_iter bounds an act wherever it stands", () => {
  const top = planOf(agent("main", "pattern: react\nmax_iter: 3"));
  const inCall = planOf(agent("main", "pattern: react\ncall: {max_iter: 4}"));
  assert.is(opOf(blockOf(top, "main"), "act", "react").maxTurns, 3);
  assert.is(opOf(blockOf(inCall, "main"), "act", "react").maxTurns, 4);
});

test("a oneshot asks its body as it stands and exits `result`", () => {
  const plan = planOf(agent("main", "pattern: oneshot", "Answer."));
  const block = blockOf(plan, "main");
  const ask = opOf(block, "ask", "oneshot");
  assert.is(evaluated(plan, ask.system), "Answer.\n");
  assert.is(evaluated(plan, ask.input, { input: "task" }), "task");
  assert.is(block.body.result.kind, "outcome");
  if (block.body.result.kind === "outcome") assert.is(evaluated(plan, block.body.result.key), "result");
});

test("the same prompt in two agents is embedded once", () => {
  const plan = planOf({
    ...agent("main", "pattern: parallel\nworkers: [one, two]"),
    ...agent("one", "pattern: oneshot"),
    ...agent("two", "pattern: oneshot"),
  });
  assert.is(Object.values(plan.texts).filter((text) => text.startsWith("Do it.")).length, 1);
});

test("a code agent has the types of its worker, and a plan with one needs `code` and the memory that it reads", () => {
  const item = { kind: "list", item: { kind: "int" } } as const;
  const plan = planOf({ ...agent("main", "pattern: code"), "agents/main/worker.ts": "" }, worker("main", { input: item, reads: ["seen"] }));
  assert.equal(blockOf(plan, "main").input, item);
  assert.is(opOf(blockOf(plan, "main"), "code", "code").worker, "main");
  assert.equal(plan.needs.effects, ["code", "mem"]);
  assert.is(plan.texts[plan.workers["main"]?.bundle ?? ""], "export default {}");
});

test.run();
