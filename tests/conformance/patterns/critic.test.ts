import { suite } from "uvu";
import * as assert from "uvu/assert";
import { finishes } from "../../support/model-server.ts";
import { agent, planOf } from "../../support/plan-of.ts";
import { failureOf, outcomeOf, requestsOf, runPlan, spanTree } from "../../support/run-plan.ts";

const test = suite("critic");
const steps = {
  "agents/main/draft.md": "Draft it.\n",
  "agents/main/critique.md": "Critique it.\n",
  "agents/main/refine.md": "Refine it.\n",
};
const plan = planOf({ ...agent("main", "pattern: critic", ""), ...steps });
const parts = { "Draft it.": ["A draft."], "Critique it.": ["Too short."], "Refine it.": ["A longer draft."] };

test("drafts from the input, critiques the draft, refines, and ends `done`", async () => {
  const ran = await runPlan(plan, parts, { input: "Roses" });
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "A longer draft." });
  assert.equal(
    ran.requests.map(({ messages }) => messages),
    [
      [
        { role: "system", content: "Draft it.\n" },
        { role: "user", content: "Roses" },
      ],
      [
        { role: "system", content: "Critique it.\n" },
        { role: "user", content: "A draft." },
      ],
      [
        { role: "system", content: "Refine it.\n" },
        { role: "user", content: "Original task:\nRoses\n\nDraft:\nA draft.\n\nCritique:\nToo short." },
      ],
    ],
  );
});

test("mend: the refine of the Rust tama never saw the draft, ours does", async () => {
  const ran = await runPlan(plan, parts, { input: "Roses" });
  const told = requestsOf(ran, "Refine it.")[0]?.user;
  assert.is.not(told, "Original task:\nRoses\n\nCritique:\nToo short.");
  assert.is(told, "Original task:\nRoses\n\nDraft:\nA draft.\n\nCritique:\nToo short.");
});

test("a step that reacts may finish with any word, and its key is ignored", async () => {
  const reacting = planOf({
    ...agent("main", "pattern: critic", ""),
    ...steps,
    "agents/main/refine.md": "---\npattern: react\n---\nRefine it.\n",
  });
  const ran = await runPlan(reacting, { ...parts, "Refine it.": finishes("whatever", "Refined.") });
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "Refined." });
  assert.is(requestsOf(ran, "Refine it.")[0]?.keys, null);
});

test("each step is an agent span of its own", async () => {
  const ran = await runPlan(plan, parts);
  const span = (name: string) => [
    `  agent:${name}:oneshot ok`,
    ...["tool:start", "llm:oneshot", "tool:finish"].map((leaf) => `    ${leaf} ok`),
  ];
  assert.equal(spanTree(ran), ["agent:main:critic ok", ...["draft", "critique", "refine"].flatMap(span)]);
});

test("steps take their agent's model, their own first", async () => {
  const modelled = planOf({
    ...agent("main", "pattern: critic\ncall: {model: {role: thinker}}", ""),
    ...steps,
    "agents/main/critique.md": '---\ncall: {model: {name: "openai:other"}}\n---\nCritique it.\n',
  });
  const ran = await runPlan(modelled, parts);
  assert.equal(
    ran.requests.map(({ model }) => model),
    ["o3", "other", "o3"],
  );
});

test("a step that fails ends the agent, and later steps do not run", async () => {
  const ran = await runPlan(plan, { ...parts, "Critique it.": [{ status: 400, body: { error: { message: "no" } } }] });
  assert.is(failureOf(ran.settled).code, "model");
  assert.is(ran.requests.length, 2);
});

test.run();
