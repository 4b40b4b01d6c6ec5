import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ModelRequest, Reply } from "../support/model-server.ts";
import { agent, planOf, skill } from "../support/plan-of.ts";
import { failureOf, outcomeOf, rowsOf, runPlan, spanTree } from "../support/run-plan.ts";

const test = suite("retry");
const down: Reply = { status: 400, body: { error: { message: "down" } } };

/** Fails so often, then answers. */
function after(failures: number, answer: Reply) {
  let asked = 0;
  return () => (++asked > failures ? answer : down);
}

const parallel = planOf({
  ...agent("main", "pattern: parallel\nworkers: [flaky]\non_error: fail"),
  ...agent("flaky", "pattern: oneshot\nretry: {attempts: 3}"),
});

test("a failed agent is tried again, up to `attempts` times, each attempt a span after the one before", async () => {
  const ran = await runPlan(parallel, { "*": after(2, "fine") });
  assert.equal(outcomeOf(ran.settled).value, { flaky: "fine" });
  const attempts = rowsOf(ran, "span_started").filter(({ name }) => name === "agent:flaky:oneshot");
  assert.equal(
    attempts.map(({ path }) => path),
    ["main@1/workers/flaky@1", "main@1/workers/flaky@2", "main@1/workers/flaky@3"],
  );
  assert.is(new Set(attempts.map(({ node_id }) => node_id)).size, 1);
  assert.is(attempts[1]?.prev_span_id, attempts[0]?.span_id);
});

test("a retry is another sample: its requests share no key with those that failed", async () => {
  const ran = await runPlan(parallel, { "*": after(2, "fine") });
  const calls = rowsOf(ran, "llm_call");
  assert.is(new Set(calls.map(({ input_hash }) => input_hash)).size, 1);
  assert.is(new Set(calls.map(({ content_key }) => content_key)).size, 3);
});

test("when the last attempt fails too, its failure is the agent's", async () => {
  const ran = await runPlan(parallel, { "*": after(3, "too late") });
  assert.is(failureOf(ran.settled).code, "model");
  assert.is(ran.requests.length, 3);
});

test("the agent that a run begins with is tried again too", async () => {
  const ran = await runPlan(planOf(agent("main", "pattern: oneshot\nretry: {attempts: 2}")), { "*": after(1, "fine") });
  assert.equal(outcomeOf(ran.settled), { key: "result", value: "fine" });
  const calls = ["  tool:start ok", "  llm:oneshot failed"];
  assert.equal(spanTree(ran), [
    "agent:main:oneshot failed",
    ...calls,
    "agent:main:oneshot ok",
    "  tool:start ok",
    "  llm:oneshot ok",
    "  tool:finish ok",
  ]);
  assert.equal(
    rowsOf(ran, "span_started").map(({ path }) => path),
    ["main@1", "main@2"],
  );
});

test("a run that is stopped is not tried again", async () => {
  const controller = new AbortController();
  const plan = planOf(agent("main", "pattern: oneshot\nretry: {attempts: 5}"));
  const ran = await runPlan(
    plan,
    {
      "*": () => {
        controller.abort();
        return { hang: true };
      },
    },
    { signal: controller.signal },
  );
  assert.is(ran.result.kind === "ended" && ran.result.status, "interrupted");
  assert.is(ran.requests.length, 1);
});

const remember = { ...skill("notes", ["tama_mem_append", "tama_mem_get"]) };
const call = (name: string, args: unknown) => ({ calls: [{ name, args }] });

/** Appends to memory, and fails the first time; the second time it says what it finds there. */
function writer() {
  let failed = false;
  return (request: ModelRequest): Reply => {
    if (request.turn === 1)
      return {
        calls: [
          { name: "start", args: {} },
          { name: "read_skill", args: { name: "notes" } },
        ],
      };
    if (request.turn === 2) return call("tama_mem_append", { key: "list", item: "x" });
    if (!failed) {
      failed = true;
      return down;
    }
    return call("finish", { key: "done", value: request.results.at(-1) });
  };
}

for (const [where, texts] of [
  ["the run's first agent", agent("main", "pattern: react\nretry: {attempts: 2}\ncall: {uses: [notes]}", "Write.")],
  [
    "a called agent",
    {
      ...agent("main", "pattern: fsm\ninitial: write\nstates:\n  write: ~"),
      ...agent("write", "pattern: react\nretry: {attempts: 2}\ncall: {uses: [notes]}", "Write."),
    },
  ],
] as const) {
  test(`what a failed attempt of ${where} wrote is rolled back`, async () => {
    const ran = await runPlan(planOf({ ...texts, ...remember }), { Write: writer() });
    assert.is(outcomeOf(ran.settled).value, `appended to 'list': ["x"]`);
  });
}

test("`retry` goes before `on_error` and `!error`", async () => {
  const plan = planOf({
    ...agent("main", `pattern: fsm\ninitial: try\nstates:\n  try: [{"*": ~}, {"!error": sorry}]\n  sorry: ~`),
    ...agent("try", "pattern: oneshot\nretry: {attempts: 2}", "Try."),
    ...agent("sorry", "pattern: oneshot", "Say sorry."),
  });
  const saved = await runPlan(plan, { "Try.": after(1, "fine"), "Say sorry.": ["sorry"] });
  assert.equal(outcomeOf(saved.settled), { key: "result", value: "fine" });
  const caught = await runPlan(plan, { "Try.": after(2, "too late"), "Say sorry.": ["sorry"] });
  assert.equal(outcomeOf(caught.settled), { key: "result", value: "sorry" });
});

test.run();
