import { suite } from "uvu";
import * as assert from "uvu/assert";
import { agent, planOf } from "../../support/plan-of.ts";
import { outcomeOf, requestsOf, runPlan, spanTree } from "../../support/run-plan.ts";

const test = suite("constitutional");
const plan = planOf({
  ...agent("main", "pattern: constitutional", "Answer it."),
  "agents/main/critique.md": "Hold it against the principles.\n",
  "agents/main/revise.md": "Revise it.\n",
});
const parts = { "Answer it.": ["An answer."], "Hold it": ["It is rude."], "Revise it.": ["A kind answer."] };

test("answers, critiques, revises, and ends `done`", async () => {
  const ran = await runPlan(plan, parts, { input: "Why?" });
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "A kind answer." });
  assert.equal(
    ran.requests.map(({ system, user }) => [system, user]),
    [
      ["Answer it.\n", "Why?"],
      ["Hold it against the principles.\n", "Original request: Why?\n\nInitial response:\nAn answer."],
      ["Revise it.\n", "Original request: Why?\n\nInitial response:\nAn answer.\n\nConstitutional critique:\nIt is rude."],
    ],
  );
});

test("mend: the critique of the Rust tama saw the response alone, ours sees the request too", async () => {
  const ran = await runPlan(plan, parts, { input: "Why?" });
  const told = requestsOf(ran, "Hold it")[0]?.user;
  assert.is.not(told, "An answer.");
  assert.is(told, "Original request: Why?\n\nInitial response:\nAn answer.");
});

test("its calls belong to the agent's own span, by the names of its steps", async () => {
  const ran = await runPlan(plan, parts);
  const call = (name: string) => ["  tool:start ok", `  llm:${name} ok`, "  tool:finish ok"];
  assert.equal(spanTree(ran), ["agent:main:constitutional ok", ...["generate", "critique", "revise"].flatMap(call)]);
});

test("a step that reacts has a span of its own, because its turns belong together", async () => {
  const reacting = planOf({
    ...agent("main", "pattern: constitutional", "Answer it."),
    "agents/main/critique.md": "---\npattern: react\n---\nHold it against the principles.\n",
    "agents/main/revise.md": "Revise it.\n",
  });
  const ran = await runPlan(reacting, { ...parts, "Hold it": ["It is rude."] });
  assert.equal(
    spanTree(ran).filter((line) => /critique|react/.test(line)),
    ["  agent:critique:react ok", "    llm:react_1 ok"],
  );
});

test.run();
