import { suite } from "uvu";
import * as assert from "uvu/assert";
import { call, finishes } from "../../support/model-server.ts";
import { agent, planOf, skill } from "../../support/plan-of.ts";
import { detailOf, failureOf, outcomeOf, rowsOf, runPlan, spanTree } from "../../support/run-plan.ts";

const test = suite("react");
const begin = "\n\nCall start() to receive your task before beginning work.";
const plan = planOf(agent("main", "pattern: react", "You are an editor."));

/** The plan of an fsm whose only state routes on these keys, so that `editor` may finish with these alone. */
const routed = (keys: readonly string[]) =>
  planOf({
    ...agent("main", `pattern: fsm\ninitial: editor\nstates:\n  editor: [${keys.map((key) => `{${key}: out}`).join(", ")}]\n  out: ~`),
    ...agent("editor", "pattern: react", "You are an editor."),
  });

test("opens with `Begin.` and gives the task by start only", async () => {
  const ran = await runPlan(plan, { "*": finishes("done", (input: string) => `seen ${input}`) }, { input: "Edit this." });
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "seen Edit this." });
  const [first, second] = ran.requests;
  assert.equal(first?.messages, [
    { role: "system", content: `You are an editor.\n${begin}` },
    { role: "user", content: "Begin." },
  ]);
  assert.equal(second?.messages.slice(0, 2), first?.messages);
  assert.equal(second?.results, ["Edit this."]);
  assert.is(first?.model, "o3");
});

test("offers start and finish with their schemas, and no read_skill without skills", async () => {
  const ran = await runPlan(plan, { "*": finishes("done", "fine") });
  assert.equal(ran.requests[0]?.body["tools"], [
    tool("start", "Receive your assigned task. Call this first before beginning work.", { type: "object", properties: {}, required: [] }),
    tool("finish", "Call when the task is complete. Provide a routing key and the final result.", {
      type: "object",
      properties: { key: { type: "string" }, value: { type: "string" } },
      required: ["key", "value"],
    }),
  ]);
});

test("names its turns and its tools in the trace", async () => {
  const ran = await runPlan(plan, { "*": finishes("done", "fine") });
  assert.equal(spanTree(ran), ["agent:main:react ok", "  llm:react_1 ok", "  tool:start ok", "  llm:react_2 ok", "  tool:finish ok"]);
  assert.equal(
    rowsOf(ran, "tool_call").map((row) => row.span_kind),
    ["tool", "tool"],
  );
  assert.equal(detailOf(rowsOf(ran, "loop_complete")[0]), {
    status: "done",
    iterations: 2,
    tools_used: { start: 1 },
    successful_tools: { start: 1 },
  });
});

test("tells how a loop ended that did not finish", async () => {
  const endless = planOf(agent("main", "pattern: react\nmax_iter: 2"));
  const endings = [];
  for (const reply of [call("start"), { status: 400, body: { error: { message: "no" } } }])
    endings.push(...rowsOf(await runPlan(endless, { "*": [reply] }), "loop_complete"));
  assert.equal(
    endings.map((row) => [row.path, row.code, row.iteration, detailOf(row)]),
    [
      [
        "main@1/react",
        "max-turns",
        2,
        { status: "budget_exhausted", iterations: 2, tools_used: { start: 2 }, successful_tools: { start: 2 } },
      ],
      ["main@1/react", "model", 1, { status: "failed", iterations: 1, tools_used: {}, successful_tools: {} }],
    ],
  );
});

test("takes an empty key for a missing one", async () => {
  const ran = await runPlan(plan, { "*": finishes(" ", "fine") });
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "fine" });
});

test("never sends a provider's call id back: ids are of turn and ordinal", async () => {
  const ran = await runPlan(plan, {
    "*": [call("start"), [...call("start"), ...call("start")], call("finish", { key: "done", value: "" })],
  });
  const last = ran.requests.at(-1);
  const ids = last?.messages.flatMap((message) => (message.tool_calls ?? []).map(({ id }) => id));
  assert.equal(ids, ["call_t1_1", "call_t2_1", "call_t2_2"]);
  assert.equal(
    last?.messages.flatMap((message) => message.tool_call_id ?? []),
    ids,
  );
});

test("takes text without a tool call as finish(done, text) where any word will do", async () => {
  const ran = await runPlan(plan, { "*": ["just text"] });
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "just text" });
  assert.equal(spanTree(ran), ["agent:main:react ok", "  llm:react_1 ok", "  tool:finish ok"]);
  assert.is(rowsOf(ran, "tool_call")[0]?.span_kind, "synthetic");
});

test("takes text as done where `done` is a key, and spells the key as it is declared", async () => {
  const ran = await runPlan(routed(["Done", "revise"]), { editor: ["just text"] });
  assert.equal(outcomeOf(ran.settled), { key: "Done", value: "just text" });
});

test("sends text back once where `done` is no key, and fails the second time", async () => {
  const mended = await runPlan(routed(["approve", "revise"]), {
    editor: (request) => (request.turn === 1 ? "I approve." : call("finish", { key: "approve", value: "ok" })),
  });
  assert.equal(outcomeOf(mended.settled), { key: "approve", value: "ok" });
  assert.is(mended.requests[1]?.user, "`done` is no key to finish with; use one of: approve, revise. Call finish with a key and a value.");
  assert.is(rowsOf(mended, "schema_retry").length, 1);
  const failed = await runPlan(routed(["approve", "revise"]), { editor: ["I approve."] });
  assert.is(failureOf(failed.settled).code, "no-route");
  assert.is(failed.requests.length, 2);
});

test("offers exactly the caller's keys, and compares them without case", async () => {
  const ran = await runPlan(routed(["Approve", "revise"]), { editor: finishes("APPROVE", "ok") });
  assert.equal(
    ran.requests.map(({ keys }) => keys),
    [
      ["Approve", "revise"],
      ["Approve", "revise"],
    ],
  );
  assert.equal(outcomeOf(ran.settled), { key: "Approve", value: "ok" });
});

test("rejects a key that nobody routes, once, and then fails with no-route", async () => {
  const wrong = call("finish", { key: "publish", value: "x" });
  const mended = await runPlan(routed(["approve"]), { editor: [wrong, call("finish", { key: "approve", value: "y" })] });
  assert.equal(outcomeOf(mended.settled), { key: "approve", value: "y" });
  assert.equal(mended.requests[1]?.results, ["[rejected: `publish` is no key to finish with; use one of: approve]"]);
  assert.equal(
    rowsOf(mended, "tool_rejected").map(({ tool_name, iteration }) => [tool_name, iteration]),
    [["finish", 1]],
  );
  const failed = await runPlan(routed(["approve"]), { editor: [wrong] });
  assert.equal(failureOf(failed.settled), {
    code: "no-route",
    message: "`publish` is no key to finish with; use one of: approve",
  });
  assert.is(failed.requests.length, 2);
  assert.equal(spanTree(failed).slice(0, 2), ["agent:main:fsm failed", "  agent:editor:react failed"]);
});

test("a finish whose arguments are no JSON object is sent back, so that no cut-off answer passes for an empty one", async () => {
  const cut = [{ name: "finish", args: '{"key":"done","value":"half a sen' }];
  const ran = await runPlan(plan, { "*": [cut, call("finish", { key: "done", value: "whole" })] });
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "whole" });
  assert.equal(ran.requests[1]?.results, ["[rejected: the arguments of finish are not a JSON object]"]);
  assert.is(failureOf((await runPlan(plan, { "*": [cut] })).settled).code, "schema");
});

test("a finish without a key means done, one without a value an empty text", async () => {
  assert.equal(outcomeOf((await runPlan(plan, { "*": [call("finish", { value: "v" })] })).settled), { key: "done", value: "v" });
  assert.equal(outcomeOf((await runPlan(plan, { "*": [call("finish", { key: "k" })] })).settled), { key: "k", value: "" });
});

test("runs nothing that a turn calls after a finish that holds", async () => {
  const reads = planOf({ ...agent("main", "pattern: react\ncall: {uses: [notes]}"), ...skill("notes", ["tama_mem_set"]) });
  const ran = await runPlan(reads, {
    "*": [[...call("read_skill", { name: "notes" }), ...call("finish", { key: "done", value: "v" }), ...memSet("late", "1")]],
  });
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "v" });
  assert.is(rowsOf(ran, "state_set").length, 0);
  assert.equal(spanTree(ran).slice(1), ["  llm:react_1 ok", "  tool:read_skill ok", "  tool:finish ok"]);
});

test("runs what a turn calls before its finish, the finish seeing it done", async () => {
  const reads = planOf({ ...agent("main", "pattern: react\ncall: {uses: [notes]}"), ...skill("notes", ["tama_mem_set"]) });
  const ran = await runPlan(reads, {
    "*": [[...call("read_skill", { name: "notes" }), ...memSet("early", "1"), ...call("finish", { key: "done", value: "v" })]],
  });
  assert.equal(
    rowsOf(ran, "state_set").map(({ key }) => key),
    ["early"],
  );
});

test("asks once more where the answer is empty, without spending a turn of max_iter", async () => {
  const once = planOf(agent("main", "pattern: react\nmax_iter: 1"));
  const ran = await runPlan(once, { "*": (request) => (request.hit === 1 ? "" : call("finish", { key: "done", value: "v" })) });
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "v" });
  assert.is(rowsOf(ran, "empty_completion_retry").length, 1);
  assert.equal(failureOf((await runPlan(once, { "*": [""] })).settled), { code: "model", message: "the model answered nothing" });
});

test("a repair does not spend a turn of max_iter", async () => {
  const files = {
    ...agent("main", "pattern: fsm\ninitial: editor\nstates:\n  editor: [{approve: out}]\n  out: ~"),
    ...agent("editor", "pattern: react\nmax_iter: 1", "You are an editor."),
  };
  const ran = await runPlan(planOf(files), { editor: [call("finish", { key: "no" }), call("finish", { key: "approve", value: "v" })] });
  assert.equal(outcomeOf(ran.settled), { key: "approve", value: "v" });
});

test("says how many turns it had when they are used up", async () => {
  const ran = await runPlan(planOf(agent("main", "pattern: react\nmax_iter: 3")), { "*": [call("start")] });
  assert.equal(failureOf(ran.settled), { code: "max-turns", message: "react agent reached max_iter (3) without calling finish" });
  assert.is(ran.requests.length, 3);
  const usual = await runPlan(plan, { "*": [call("start")] });
  assert.is(failureOf(usual.settled).message, "react agent reached max_iter (10) without calling finish");
});

test("ends its spans where the model fails in the middle", async () => {
  const ran = await runPlan(plan, { "*": [call("start"), { status: 400, body: { error: { message: "too long" } } }] });
  assert.is(failureOf(ran.settled).code, "model");
  assert.equal(spanTree(ran), ["agent:main:react failed", "  llm:react_1 ok", "  tool:start ok", "  llm:react_2 failed"]);
});

test("keeps what the model said beside its calls", async () => {
  const ran = await runPlan(plan, { "*": [{ text: "Let me see.", calls: call("start") }, call("finish", { key: "done", value: "" })] });
  assert.is(ran.requests[1]?.messages[2]?.content, "Let me see.");
});

function tool(name: string, description: string, parameters: object) {
  return { type: "function", function: { name, description, parameters } };
}

function memSet(key: string, value: string) {
  return call("tama_mem_set", { key, value });
}

test.run();
