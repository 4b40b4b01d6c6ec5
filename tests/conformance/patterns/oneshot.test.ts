import { suite } from "uvu";
import * as assert from "uvu/assert";
import { agent, planOf } from "../../support/plan-of.ts";
import { detailOf, failureOf, outcomeOf, rowsOf, runPlan, spanTree } from "../../support/run-plan.ts";

const test = suite("oneshot");
const plan = planOf(agent("main", "pattern: oneshot", "You are a poet."));

test("sends the body as the system prompt and the input as the user message, and ends `result`", async () => {
  const ran = await runPlan(plan, { "You are a poet.": ["A rose."] }, { input: "Roses" });
  assert.equal(outcomeOf(ran.settled), { key: "result", value: "A rose." });
  assert.equal(
    ran.requests.map(({ messages, tools, model }) => ({ messages, tools, model })),
    [
      {
        messages: [
          { role: "system", content: "You are a poet.\n" },
          { role: "user", content: "Roses" },
        ],
        tools: [],
        model: "gpt-4o-mini",
      },
    ],
  );
});

test("is told in the trace as a start and a finish around one call", async () => {
  const ran = await runPlan(plan, { "*": ["A rose."] }, { input: "Roses" });
  assert.equal(spanTree(ran), ["agent:main:oneshot ok", "  tool:start ok", "  llm:oneshot ok", "  tool:finish ok"]);
  const [start, finish] = rowsOf(ran, "tool_call");
  assert.equal([start?.span_kind, finish?.span_kind], ["synthetic", "synthetic"]);
  assert.equal([ran.text(start?.input_hash ?? null), ran.text(start?.value_hash ?? null)], ["{}", "Roses"]);
  assert.is(ran.text(finish?.input_hash ?? null), '{"key":"done","value":"A rose."}');
});

test("counts tokens on the call alone", async () => {
  const ran = await runPlan(plan, { "*": ["A rose."] });
  const counted = ran.rows.filter((row) => row.input_tokens !== null || row.output_tokens !== null);
  assert.equal(
    counted.map(({ kind, input_tokens, cached_tokens, output_tokens, reasoning_tokens }) => [
      kind,
      input_tokens,
      cached_tokens,
      output_tokens,
      reasoning_tokens,
    ]),
    [["llm_call", 10, 0, 5, 0]],
  );
});

test("asks once more where the answer is empty, and then fails", async () => {
  const once = await runPlan(plan, { "*": (request) => (request.hit === 1 ? "  " : "A rose.") });
  assert.equal(outcomeOf(once.settled), { key: "result", value: "A rose." });
  const [retry] = rowsOf(once, "empty_completion_retry");
  assert.equal(detailOf(retry), { attempt: 1 });
  assert.equal(once.requests[0]?.messages, once.requests[1]?.messages);
  const never = await runPlan(plan, { "*": [""] });
  assert.equal(failureOf(never.settled), { code: "model", message: "the model answered nothing" });
  assert.is(never.requests.length, 2);
});

test("fails where the model server refuses, and its spans end", async () => {
  const ran = await runPlan(plan, { "*": [{ status: 400, body: { error: { message: "no such model" } } }] });
  assert.is(failureOf(ran.settled).code, "model");
  assert.match(failureOf(ran.settled).message, "no such model");
  assert.is(ran.result.kind === "ended" && ran.result.status, "error");
  assert.equal(spanTree(ran), ["agent:main:oneshot failed", "  tool:start ok", "  llm:oneshot failed"]);
  assert.equal(
    rowsOf(ran, "llm_call").map(({ input_tokens, code }) => [input_tokens, code]),
    [[null, "model"]],
  );
});

test.run();
