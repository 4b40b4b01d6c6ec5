import { suite } from "uvu";
import * as assert from "uvu/assert";
import { agent, planOf } from "../../support/plan-of.ts";
import { failureOf, outcomeOf, requestsOf, runPlan, spanTree } from "../../support/run-plan.ts";

const test = suite("plan-execute");
const texts = (fields = "", verify = "Verify.\n") => ({
  ...agent("main", `pattern: plan-execute\n${fields}`, "Plan it."),
  "agents/main/execute.md": "Execute.\n",
  "agents/main/verify.md": verify,
});
const plan = planOf(texts());
const execute = (request: { readonly user: string }) => `did ${request.user.split("Current step: ")[1]}`;
const parts = { "Plan it.": ['["dig", "plant"]'], "Execute.": execute, "Verify.": ["DONE: all well"] };

test("plans, executes step after step in what was done so far, verifies, and ends `done` with the log", async () => {
  const ran = await runPlan(plan, parts, { input: "A garden" });
  const log = "Task: A garden\n\nStep: dig\nResult: did dig\n\nStep: plant\nResult: did plant";
  assert.equal(outcomeOf(ran.settled), { key: "done", value: log });
  assert.equal(
    ran.requests.map(({ system, user }) => [system, user]),
    [
      ["Plan it.\n", "Task: A garden\n\nRespond with a JSON array of step strings only."],
      ["Execute.\n", "Task: A garden\n\nCurrent step: dig"],
      ["Execute.\n", "Task: A garden\n\nStep: dig\nResult: did dig\n\nCurrent step: plant"],
      ["Verify.\n", `Task: A garden\n\nExecution summary:\n${log}`],
    ],
  );
});

test("a verdict that is not DONE is feedback for the next plan", async () => {
  let verdicts = 0;
  const ran = await runPlan(plan, { ...parts, "Verify.": () => (++verdicts === 1 ? "RETRY: water it" : "DONE") }, { input: "A garden" });
  assert.is(outcomeOf(ran.settled).key, "done");
  assert.is(
    requestsOf(ran, "Plan it.")[1]?.user,
    "Task: A garden\n\nFeedback from previous attempt:\nRETRY: water it\n\nRevise your plan. Respond with a JSON array of step strings only.",
  );
});

test("a plan in fences or prose is found; what is no list is one step", async () => {
  const stepsOf = async (said: string) => {
    const ran = await runPlan(plan, { ...parts, "Plan it.": [said] });
    return requestsOf(ran, "Execute.").map(({ user }) => user.split("Current step: ")[1]);
  };
  assert.equal(await stepsOf('```json\n["dig", "plant"]\n```'), ["dig", "plant"]);
  assert.equal(await stepsOf('Here it is: ["dig"] - good luck'), ["dig"]);
  assert.equal(await stepsOf("just dig"), ["just dig"]);
});

test("without DONE it fails after three cycles", async () => {
  const ran = await runPlan(plan, { ...parts, "Verify.": ["RETRY"] });
  assert.equal(failureOf(ran.settled), { code: "exhausted", message: "plan_execute reached 3 cycles without DONE verdict" });
  assert.is(requestsOf(ran, "Plan it.").length, 3);
});

test("mend: the Rust tama ignored `max_iter`, ours honours it", async () => {
  const ran = await runPlan(planOf(texts("max_iter: 1")), { ...parts, "Verify.": ["RETRY"] });
  assert.equal(failureOf(ran.settled), { code: "exhausted", message: "plan_execute reached 1 cycles without DONE verdict" });
  assert.is(requestsOf(ran, "Plan it.").length, 1);
});

test("a verdict that reacts is content when it finishes `done`, and may use any word", async () => {
  const reacting = planOf(texts("", "---\npattern: react\n---\nVerify.\n"));
  const ran = await runPlan(reacting, { ...parts, "Verify.": ["all well"] });
  assert.is(outcomeOf(ran.settled).key, "done");
  assert.is(requestsOf(ran, "Verify.")[0]?.keys, null);
});

test("its calls are named by cycle and step", async () => {
  let verdicts = 0;
  const ran = await runPlan(plan, { ...parts, "Verify.": () => (++verdicts === 1 ? "RETRY" : "DONE") });
  assert.equal(
    spanTree(ran).filter((line) => !line.includes("tool:")),
    [
      "agent:main:plan_execute ok",
      ...["plan_1", "execute_1_1", "execute_1_2", "verify_1", "plan_2", "execute_2_1", "execute_2_2", "verify_2"].map(
        (name) => `  llm:${name} ok`,
      ),
    ],
  );
});

test("more steps than the plan allows end the run before the first", async () => {
  const limited = `[project]\nname = "p"\nentrypoint = "main"\n[models]\ndefault = "openai:gpt-4o"\n[limits]\nitems = 1\n`;
  const ran = await runPlan(planOf({ ...texts(), "tama.toml": limited }), parts);
  assert.equal(failureOf(ran.settled), { code: "limit", message: "2 rounds, more than the limit of 1" });
  assert.is(requestsOf(ran, "Execute.").length, 0);
});

test.run();
