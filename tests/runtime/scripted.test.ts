import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Plan } from "../../compiler/ir/plan.ts";
import { nobody } from "../../runtime/asker.ts";
import { readScenario } from "../../runtime/providers/scenario.ts";
import { scriptedAsker } from "../../runtime/providers/scripted.ts";
import { agent, planOf, skill } from "../support/plan-of.ts";
import { failureOf, outcomeOf, type Ran, rowsOf, runPlan } from "../support/run-plan.ts";

const test = suite("scripted models");

/** Runs a plan whose models and people say what a scenario tells. */
async function play(plan: Plan, yaml: string): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), "tama-scenario-"));
  const file = join(folder, "scenario.yaml");
  writeFileSync(file, yaml);
  try {
    const read = readScenario(yaml);
    const asker = read.kind === "ok" ? scriptedAsker(read.scenario, nobody) : nobody;
    return await runPlan(plan, {}, { model: `scripted:${file}`, asker });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const react = planOf(agent("main", "pattern: react"));

test("an agent says its turns in order, and `start` need not be written out", async () => {
  const ran = await play(react, "agents:\n  main:\n    - finish: {key: approve, value: fine}\n");
  assert.equal(outcomeOf(ran.settled), { key: "approve", value: "fine" });
  assert.is(rowsOf(ran, "llm_call").length, 2);
});

test("a call of `start` that is written out is taken as it stands", async () => {
  const ran = await play(react, "agents:\n  main:\n    - calls: [{name: start}]\n    - text: fine\n");
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "fine" });
  assert.is(rowsOf(ran, "llm_call").length, 2);
});

test("a skill is read where the script calls a tool that only a skill unlocks", async () => {
  const plan = planOf({ ...agent("main", "pattern: react\ncall: {uses: [notes]}"), ...skill("notes", ["tama_mem_set"]) });
  const ran = await play(
    plan,
    "agents:\n  main:\n    - calls: [{name: tama_mem_set, args: {key: a, value: b}}]\n    - finish: {value: kept}\n",
  );
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "kept" });
  assert.equal(
    rowsOf(ran, "tool_call").map(({ tool_name, status }) => [tool_name, status]),
    [
      ["start", "ok"],
      ["read_skill", "ok"],
      ["tama_mem_set", "ok"],
      ["finish", "ok"],
    ],
  );
});

const states = "states:\n  write: review\n  review: [{revise: write}, {approve: ~}]";
const loop = planOf({
  ...agent("main", `pattern: fsm\ninitial: write\n${states}`),
  ...agent("write", "pattern: oneshot"),
  ...agent("review", "pattern: react"),
});

test("what ends a call leaves the rest of the list to the calls that follow", async () => {
  const yaml = `agents:
  write: [first, second, third]
  review:
    - finish: {key: revise, value: once more}
    - finish: {key: revise, value: nearly}
    - finish: {key: approve, value: good}
`;
  const ran = await play(loop, yaml);
  assert.equal(outcomeOf(ran.settled), { key: "approve", value: "good" });
  assert.equal(
    rowsOf(ran, "llm_call").map(({ path, value_hash }) => [path, ran.text(value_hash)].join(" ").replace("main@1/", "")),
    [
      'loop[1]/states/write@1/oneshot:1 {"calls":[],"text":"first"}',
      'loop[2]/states/review@1/react:1 {"calls":[{"args":"{}","name":"start"}],"text":""}',
      'loop[2]/states/review@1/react:2 {"calls":[{"args":"{\\"key\\":\\"revise\\",\\"value\\":\\"once more\\"}","name":"finish"}],"text":""}',
      'loop[3]/states/write@1/oneshot:1 {"calls":[],"text":"second"}',
      'loop[4]/states/review@1/react:1 {"calls":[{"args":"{}","name":"start"}],"text":""}',
      'loop[4]/states/review@1/react:2 {"calls":[{"args":"{\\"key\\":\\"revise\\",\\"value\\":\\"nearly\\"}","name":"finish"}],"text":""}',
      'loop[5]/states/write@1/oneshot:1 {"calls":[],"text":"third"}',
      'loop[6]/states/review@1/react:1 {"calls":[{"args":"{}","name":"start"}],"text":""}',
      'loop[6]/states/review@1/react:2 {"calls":[{"args":"{\\"key\\":\\"approve\\",\\"value\\":\\"good\\"}","name":"finish"}],"text":""}',
    ],
  );
});

test("lists within a list are calls as they stand; the last call stands for all that follow", async () => {
  const yaml = `agents:
  write: same
  review:
    - [no such word, {finish: {key: revise, value: a}}]
    - [{finish: {key: approve, value: b}}]
`;
  const ran = await play(loop, yaml);
  assert.equal(outcomeOf(ran.settled), { key: "approve", value: "b" });
  assert.is(rowsOf(ran, "schema_retry").length, 1);
});

test("in a fan-out the item's number picks the call", async () => {
  const plan = planOf({
    ...agent("main", "pattern: scatter\nworker: one"),
    "agents/main/reduce.md": "Reduce.\n",
    ...agent("one", "pattern: oneshot"),
  });
  const yaml = `agents:
  main/map: {finish: {key: parallel, value: [x, y, z]}}
  one: [for x, for y, {error: down}]
  main/reduce: all
`;
  const ran = await play(plan, yaml);
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "all" });
  const [reduced] = ran.rows.filter(({ path, kind }) => kind === "span_started" && path === "main@1/reduce");
  assert.is(
    ran.text(reduced?.input_hash ?? null),
    "Original task: the task\n\nWorker results:\n[Item: x]\nfor x\n\n[Item: y]\nfor y\n\nFailed items:\n[Item: z]\n[error: down]\n\n",
  );
});

test("a step's label or id after its agent beats the agent, and a path beats both", async () => {
  const plan = planOf({
    ...agent("main", "pattern: critic"),
    "agents/main/draft.md": "Draft.\n",
    "agents/main/critique.md": "Critique.\n",
    "agents/main/refine.md": "Refine.\n",
  });
  const yaml = `agents: {main: other, main/draft: drafted, main/refine: never}
paths: {"main@1/refine:1": by path}
`;
  const ran = await play(plan, yaml);
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "by path" });
  const texts = rowsOf(ran, "llm_call").map(({ value_hash }) => ran.text(value_hash));
  assert.equal(texts, ['{"calls":[],"text":"drafted"}', '{"calls":[],"text":"other"}', '{"calls":[],"text":"by path"}']);
});

test("people answer as the scenario tells, by channel", async () => {
  const plan = planOf({ ...agent("main", "pattern: human"), "agents/main/resume.md": "Go on.\n" });
  const yaml = `agents:
  main/act: {finish: {key: approval, value: "yes or no?"}}
  main/resume: {finish: {key: done, value: ok}}
answers: {approval: "yes"}
`;
  const ran = await play(plan, yaml);
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "ok" });
  const [answer] = rowsOf(ran, "wait_answer");
  assert.is(ran.text(answer?.value_hash ?? null), '"yes"');
});

test("what no entry tells ends the run, names agent, turn, call and path, and is never collected", async () => {
  const plan = planOf({
    ...agent("main", "pattern: parallel\nworkers: [a, b]"),
    ...agent("a", "pattern: oneshot"),
    ...agent("b", "pattern: react"),
  });
  const ran = await play(plan, "agents:\n  a: fine\n  b:\n    - calls: [{name: start}]\n");
  const { code, message } = failureOf(ran.settled);
  assert.is(code, "replay-miss");
  assert.match(message, "says nothing for turn 2 of b/react, call 1 (main@1/workers/b@1/react:2)");
  const withDefault = await play(plan, "default: whatever\n");
  assert.equal(outcomeOf(withDefault.settled).value, { a: "whatever", b: "whatever" });
});

test("tokens are counted by four characters, on every call", async () => {
  const ran = await play(planOf(agent("main", "pattern: oneshot")), "default: a rose\n");
  const [call] = rowsOf(ran, "llm_call");
  assert.is(call?.output_tokens, Math.ceil(JSON.stringify({ text: "a rose", calls: [] }).length / 4));
  assert.is.not(call?.input_tokens, 0);
});

test("a scenario's mistakes are told with their place", () => {
  const problemsOf = (yaml: string) => {
    const read = readScenario(yaml);
    return read.kind === "failed" ? read.problems : [];
  };
  assert.equal(problemsOf("agents:\n  main:\n    - finsh: {key: a}\n"), ["agents/main/0/finsh: unknown field"]);
  assert.equal(problemsOf("agent: {}\n"), ["agent: unknown field"]);
  assert.equal(problemsOf("agents: {main: 3}\n"), ["agents/main: expected an object, found 3"]);
  assert.match(problemsOf("agents: [\n")[0] ?? "", /Flow sequence/i);
  assert.equal(problemsOf("just text\n").length, 1);
});

test.run();
