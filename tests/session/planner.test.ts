/** The planner: words become calls of what there is, or a reason why not. */
import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { equal, type Json } from "../../compiler/ir/json.ts";
import type { ModelTask, TaskResult } from "../../runtime/3-task/task.ts";
import type { Executor } from "../../runtime/executors/executor.ts";
import { inlineExecutor } from "../../runtime/executors/inline.ts";
import { capabilityOf } from "../../runtime/session/agents.ts";
import { createDispatcher } from "../../runtime/session/dispatch.ts";
import { take } from "../../runtime/session/errors.ts";
import { planCalls, readCalls } from "../../runtime/session/planner.ts";
import { types } from "../../stdlib/types.ts";
import { workers } from "../../stdlib/workers/index.ts";
import { codeOf, errorOf, ticks, typesOf, withSession } from "../support/sessions.ts";
import { simModel } from "../support/tasks.ts";

const test = suite("planner");
const capabilities = ["reverse", "uppercase", "count-words"].flatMap((name) => (workers[name] ? [capabilityOf(workers[name])] : []));
const typed = [...capabilities, { name: "add", description: "", input: types.list(types.int), output: types.int }];
const words = "reverse the text, then make it uppercase";
const good = '{"calls":[{"capability":"reverse","params":null},{"capability":"uppercase","params":null}]}';

/** A model that says these texts, one after the other; an Error is a call that fails. */
function saying(...answers: readonly (string | Error)[]): Executor & { readonly asked: ModelTask[] } {
  const asked: ModelTask[] = [];
  const times = { startUs: 1, endUs: 2, thread: 0, attempts: [] };
  return {
    asked,
    close: async () => {},
    run: async (task): Promise<TaskResult> => {
      if (task.kind !== "model") throw new Error("a planner asks models only");
      asked.push(task);
      const answer = answers[asked.length - 1] ?? new Error("nothing is left to say");
      if (answer instanceof Error) return { kind: "failed", code: "model", message: answer.message, details: null, ...times };
      const usage = { input: 10, cached: 0, output: 5, reasoning: 0 };
      return { kind: "ok", answer: { kind: "model", text: answer, calls: [], finish: "stop", model: "made", usage }, ...times };
    },
  };
}

test(
  "words become calls; question, answer and plan are in the trajectory",
  withSession(async (session) => {
    const executor = saying(good);
    const calls = take(await planCalls(words, { session, capabilities, executor, model: simModel }));
    assert.equal(calls, [{ capability: "reverse" }, { capability: "uppercase" }]);
    assert.equal(typesOf(session), ["session_created", "user_input", "agent_invoked", "agent_completed", "plan_created"]);
    const [plan] = session.trajectory(1);
    assert.equal(plan?.content, { user_input: words, calls, model: "sim:sim" });
    const [asked] = executor.asked;
    assert.match(asked?.messages[0]?.parts[0]?.text ?? "", "- reverse (text to text): Writes the text backwards.\n");
    assert.match(asked?.messages[0]?.parts[0]?.text ?? "", "- count-words (text to int)");
    assert.is(asked?.messages[1]?.parts[0]?.text, words);
    assert.is(asked?.output?.["type"], "object");
  }),
);

test(
  "what was planned is dispatched in the same session",
  withSession(async (session) => {
    const calls = take(await planCalls(words, { session, capabilities, executor: saying(good), model: simModel }));
    const dispatcher = take(createDispatcher(session, [{ id: "texts", workers: Object.values(workers) }]));
    const result = await dispatcher.dispatchSequence(calls, "abc");
    assert.is(result.kind === "ok" && result.value, "CBA");
  }),
);

test(
  "an answer that is no plan goes back once, with what is wrong",
  withSession(async (session) => {
    const executor = saying("Sure! First reverse it.", good);
    assert.is(take(await planCalls(words, { session, capabilities, executor, model: simModel })).length, 2);
    assert.equal(
      executor.asked[1]?.messages.map(({ role }) => role),
      ["system", "user", "assistant", "user"],
    );
    assert.is(executor.asked[1]?.messages[3]?.parts[0]?.text, "the answer is not one JSON value. Answer with the JSON object alone.");
  }),
);

test(
  "after the second bad answer there is no plan, and the trajectory says so",
  withSession(async (session) => {
    const planned = await planCalls(words, { session, capabilities, executor: saying("no", '{"capability":"fly"}'), model: simModel });
    assert.equal(errorOf(planned), { code: "plan_invalid_format", message: "the answer has no list of calls", details: null });
    assert.equal(typesOf(session).slice(2), ["agent_invoked", "agent_failed", "system_note"]);
    assert.equal(session.trajectory(1)[0]?.content["code"], "plan_invalid_format");
  }),
);

test(
  "a model that fails, no capability, and none that fits are told apart",
  withSession(async (session) => {
    const plan = (executor: Executor, available = capabilities) =>
      planCalls(words, { session, capabilities: available, executor, model: simModel });
    assert.is(codeOf(await plan(saying(new Error("the server is down")))), "plan_llm_error");
    assert.is(codeOf(await plan(saying(good), [])), "plan_generation_failed");
    assert.is(codeOf(await plan(saying('{"calls":[]}'))), "plan_generation_failed");
    assert.is(codeOf(await planCalls("  ", { session, capabilities, executor: saying(good), model: simModel })), "validation_error");
  }),
);

test(
  "the simulator plans what can be run",
  withSession(async (session, stateDir) => {
    const clock = { epochUs: ticks()(), monotonicNs: 0n };
    const executor = inlineExecutor({ env: {}, projectDir: stateDir, bundles: {}, clock });
    const calls = take(await planCalls(words, { session, capabilities, executor, model: simModel }));
    assert.ok(calls.length > 0);
    for (const { capability } of calls) assert.ok(capabilities.some(({ name }) => name === capability));
  }),
);

const answers: readonly (readonly [answer: string, calls: Json])[] = [
  ['[{"capability":"reverse"}]', [{ capability: "reverse" }]],
  ['Here:\n```json\n{"calls":[{"capability":"reverse","params":"abc"}]}\n```\nDone.', [{ capability: "reverse", params: "abc" }]],
  ['{"calls":[{"capability":"reverse","params":{"a":1}}]}', [{ capability: "reverse", params: '{"a":1}' }]],
  ['{"calls":[{"capability":"add","params":"[1,2]"}]}', [{ capability: "add", params: [1, 2] }]],
];

for (const [answer, calls] of answers)
  test(`${JSON.stringify(answer)} is a plan`, () => assert.equal(take(readCalls(answer, typed)), calls));

const bad: readonly (readonly [answer: string, message: string])[] = [
  ["", "the answer is not one JSON value"],
  ['[{"capability":"reverse"}] [{"capability":"uppercase"}]', "the answer is not one JSON value"],
  ["```\n[]\n```\n```\n[]\n```", "the answer is not one JSON value"],
  ['"reverse"', "the answer has no list of calls"],
  ['{"calls":"reverse"}', "the answer has no list of calls"],
  ["[3]", "call 1 is not an object"],
  ["[null]", "call 1 is not an object"],
  ['[{"capability":3}]', "the capability of call 1 is not a text"],
  ["[{}]", "the capability of call 1 is not a text"],
  ['[{"capability":"reverse"},{"capability":"fly"}]', "call 2: unknown capability 'fly'; there are: reverse, uppercase, count-words"],
  ['[{"capability":"reverse","params":null,"then":"uppercase"}]', "call 1 has fields that are none: then"],
];

for (const [answer, message] of bad)
  test(`${JSON.stringify(answer)} is none: ${message}`, () =>
    assert.equal(errorOf(readCalls(answer, capabilities)), { code: "plan_invalid_format", message, details: null }));

test("any text is a plan or a reason, never a crash; any list of known capabilities is that plan", async () => {
  await fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (answer) => void readCalls(answer, capabilities)));
  const names = fc.array(fc.constantFrom(...capabilities.map(({ name }) => name)), { minLength: 1 });
  await fc.assert(
    fc.property(names, (list) => {
      const calls = list.map((capability) => ({ capability }));
      assert.ok(equal(take(readCalls(JSON.stringify({ calls }), capabilities)) as unknown as Json, calls));
    }),
  );
});

test.run();
