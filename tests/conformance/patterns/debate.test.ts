import { suite } from "uvu";
import * as assert from "uvu/assert";
import { finishes } from "../../support/model-server.ts";
import { agent, planOf } from "../../support/plan-of.ts";
import { failureOf, outcomeOf, requestsOf, runPlan, spanTree } from "../../support/run-plan.ts";

const test = suite("debate");
const texts = (fields = "rounds: 2") => ({
  ...agent("main", `pattern: debate\nagents: [pro, con]\njudge: judge\n${fields}`, ""),
  ...agent("pro", "pattern: oneshot", "Argue for it."),
  ...agent("con", "pattern: oneshot", "Argue against it."),
  ...agent("judge", "pattern: react", "Judge it."),
});
const plan = planOf(texts());
const round = (request: { readonly user: string }) => (request.user.includes("Previous") ? 2 : 1);
const parts = {
  "Argue for it.": (request: { readonly user: string }) => `yes ${round(request)}`,
  "Argue against it.": (request: { readonly user: string }) => `no ${round(request)}`,
  "Judge it.": finishes("pro-wins", "Yes it is."),
};
const first = "## Round 1\n\n**pro**: yes 1\n\n**con**: no 1\n\n";
const second = "## Round 2\n\n**pro**: yes 2\n\n**con**: no 2\n\n";

test("argues in rounds on what was said before, and ends as the judge does", async () => {
  const ran = await runPlan(plan, parts, { input: "Roses" });
  assert.equal(outcomeOf(ran.settled), { key: "pro-wins", value: "Yes it is." });
  for (const side of ["Argue for it.", "Argue against it."]) {
    assert.equal(
      requestsOf(ran, side).map(({ user }) => user),
      ["Topic: Roses", `Topic: Roses\n\nPrevious arguments:\n${first}`],
    );
  }
  assert.is(requestsOf(ran, "Judge it.")[1]?.input, `Topic: Roses\n\n${first}\n\n---\n\n${second}`);
});

test("everyone of a round speaks at once", async () => {
  const waiting: (() => void)[] = [];
  const together = async () => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 2) for (const go of waiting) go();
    });
    return "spoken";
  };
  const one = planOf(texts("rounds: 1"));
  const ran = await runPlan(one, { ...parts, "Argue for it.": together, "Argue against it.": together });
  assert.is(ran.maxInFlight, 2);
});

test("the judge may finish with the caller's words alone", async () => {
  const inFsm = planOf({
    ...texts(),
    ...agent("flow", "pattern: fsm\ninitial: main\nstates:\n  main: [{yes: ~}, {no: ~}]"),
    ...agent("judge", "pattern: react", "Judge it: yes or no."),
    "tama.toml": `[project]\nname = "p"\nentrypoint = "flow"\n[models]\ndefault = "openai:gpt-4o"\n`,
  });
  const ran = await runPlan(inFsm, { ...parts, "Judge it": finishes("yes", "") });
  assert.equal(requestsOf(ran, "Judge it")[0]?.keys, ["yes", "no"]);
  assert.is(outcomeOf(ran.settled).key, "yes");
});

const down = [{ status: 400, body: { error: { message: "down" } } }];

test("a debater that fails is told under a heading of its own, and the debate goes on", async () => {
  const ran = await runPlan(planOf(texts("rounds: 1")), { ...parts, "Argue against it.": down }, { input: "Roses" });
  const told = requestsOf(ran, "Judge it.")[1]?.input ?? "";
  const [well, failed] = told.split("Failed to answer:\n\n");
  assert.is(well, "Topic: Roses\n\n## Round 1\n\n**pro**: yes 1\n\n");
  assert.match(failed ?? "", /^\*\*con\*\*: \[error: .*down.*\]\n\n$/);
});

test("with `on_error: fail` the first failure is the debate's, and nobody judges", async () => {
  const ran = await runPlan(planOf(texts("rounds: 1\non_error: fail")), { ...parts, "Argue against it.": down });
  assert.is(failureOf(ran.settled).code, "model");
  assert.is(requestsOf(ran, "Judge it.").length, 0);
});

test("a round in which everyone fails is a failure", async () => {
  const ran = await runPlan(plan, { ...parts, "Argue for it.": down, "Argue against it.": down });
  assert.equal(failureOf(ran.settled), { code: "all-failed", message: "everyone in the debate failed: pro, con" });
});

test("debaters and the judge are agent spans of the debate", async () => {
  const ran = await runPlan(planOf(texts("rounds: 1")), parts);
  assert.equal(
    spanTree(ran)
      .filter((line) => line.includes("agent:"))
      .sort(),
    ["  agent:con:oneshot ok", "  agent:judge:react ok", "  agent:pro:oneshot ok", "agent:main:debate ok"],
  );
});

test.run();
