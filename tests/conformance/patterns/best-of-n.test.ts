import { suite } from "uvu";
import * as assert from "uvu/assert";
import { finishes } from "../../support/model-server.ts";
import { agent, planOf } from "../../support/plan-of.ts";
import { failureOf, outcomeOf, requestsOf, rowsOf, runPlan, spanTree } from "../../support/run-plan.ts";

const test = suite("best-of-n");
const texts = (fields = "n: 2") => ({
  ...agent("main", `pattern: best-of-n\n${fields}`, "Write it."),
  "agents/main/judge.md": "Judge it.\n",
});
const plan = planOf(texts());
const parts = { "Write it.": finishes("anything", (input: string) => `on ${input}`), "Judge it.": ["The best."] };

test("writes several variants, lets the judge select, and ends `done`", async () => {
  const ran = await runPlan(plan, parts, { input: "Roses" });
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "The best." });
  assert.is(
    requestsOf(ran, "Judge it.")[0]?.user,
    "Task: Roses\n\nVariants:\n\n## Variant 1\n\non Roses\n\n---\n\n## Variant 2\n\non Roses\n\nSelect the best variant and return it (or synthesize if appropriate).",
  );
  assert.is(requestsOf(ran, "Write it.")[0]?.keys, null);
});

test("the same requests have content keys of their own in each variant", async () => {
  const ran = await runPlan(plan, parts);
  const firsts = rowsOf(ran, "llm_call").filter(({ name, path }) => name === "llm:react_1" && path?.includes("variants["));
  assert.is(firsts.length, 2);
  assert.is(new Set(firsts.map(({ content_key }) => content_key)).size, 2);
});

test("mend: the variants of the Rust tama were orphans without a row, ours are agent spans", async () => {
  const ran = await runPlan(plan, parts);
  assert.equal(
    spanTree(ran)
      .filter((line) => line.includes("agent:") || line.includes("judge"))
      .sort(),
    ["  agent:variant_1:react ok", "  agent:variant_2:react ok", "  llm:judge ok", "agent:main:best_of_n ok"],
  );
});

test("a variant may take fifteen turns", async () => {
  const ran = await runPlan(planOf(texts("n: 1")), { ...parts, "Write it.": () => [{ name: "start", args: {} }] });
  assert.equal(failureOf(ran.settled).message, "react agent reached max_iter (15) without calling finish");
  assert.is(requestsOf(ran, "Write it.").length, 15);
});

test("mend: the Rust tama ignored `max_iter`, ours honours it", async () => {
  const ran = await runPlan(planOf(texts("n: 1\nmax_iter: 2")), { ...parts, "Write it.": () => [{ name: "start", args: {} }] });
  assert.is(requestsOf(ran, "Write it.").length, 2);
  assert.match(failureOf(ran.settled).message, "max_iter (2)");
});

/** The second variant to ask fails. */
function oneFails() {
  let asked = 0;
  return { ...parts, "Write it.": () => (++asked === 1 ? "a variant" : { status: 400, body: { error: { message: "down" } } }) };
}

test("a variant that fails ends the agent", async () => {
  const ran = await runPlan(plan, oneFails());
  assert.is(failureOf(ran.settled).code, "model");
  assert.is(requestsOf(ran, "Judge it.").length, 0);
});

test("with `on_error: collect` the judge is told of the failed ones under a heading of their own", async () => {
  const ran = await runPlan(planOf(texts("n: 2\non_error: collect")), oneFails(), { input: "Roses" });
  const told = requestsOf(ran, "Judge it.")[0]?.user ?? "";
  assert.match(
    told,
    /^Task: Roses\n\nVariants:\n\n## Variant \d\n\na variant\n\nFailed variants:\n\n## Variant \d\n\n\[error: .*down.*\]\n\nSelect/,
  );
});

test.run();
