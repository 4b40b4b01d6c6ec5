import { suite } from "uvu";
import * as assert from "uvu/assert";
import { agent, planOf } from "../../support/plan-of.ts";
import { failureOf, outcomeOf, requestsOf, runPlan, spanTree } from "../../support/run-plan.ts";

const test = suite("chain-of-verification");
const texts = (fields = "") => ({
  ...agent("main", `pattern: chain-of-verification\n${fields}`, "Answer it."),
  "agents/main/verify.md": "Extract claims.\n",
  "agents/main/check.md": "Check it.\n",
  "agents/main/revise.md": "Revise it.\n",
});
const plan = planOf(texts());
const parts = {
  "Answer it.": ["Roses are red and old."],
  "Extract claims.": ["# Claims\n\n- Roses are red\n2. Roses are old\n"],
  "Check it.": (request: { readonly user: string }) => `seen: ${request.user.split("\n")[0]}`,
  "Revise it.": ["Roses are red."],
};

test("answers, extracts claims, checks each, revises, and ends `done`", async () => {
  const ran = await runPlan(plan, parts, { input: "What are roses?" });
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "Roses are red." });
  assert.is(requestsOf(ran, "Answer it.")[0]?.user, "What are roses?");
  assert.is(requestsOf(ran, "Extract claims.")[0]?.user, "Answer to verify:\nRoses are red and old.");
  assert.equal(
    requestsOf(ran, "Check it.")
      .map(({ user }) => user)
      .sort(),
    ["Claim: Roses are old\n\nContext: What are roses?", "Claim: Roses are red\n\nContext: What are roses?"],
  );
  assert.is(
    requestsOf(ran, "Revise it.")[0]?.user,
    "Original question: What are roses?\n\nInitial answer:\nRoses are red and old.\n\nVerification results:\nClaim: Roses are red\nVerification: seen: Claim: Roses are red\n\nClaim: Roses are old\nVerification: seen: Claim: Roses are old",
  );
});

test("mend: the Rust tama checked bullets and numbers as part of the claim, ours strips them", async () => {
  const ran = await runPlan(plan, parts);
  const claims = requestsOf(ran, "Check it.").map(({ user }) => user.split("\n")[0]);
  assert.not.ok(claims.includes("Claim: - Roses are red"));
  assert.ok(claims.includes("Claim: Roses are red") && claims.includes("Claim: Roses are old"));
});

test("mend: the Rust tama checked one claim after the other, ours all at once", async () => {
  const checking = { waiting: [] as (() => void)[] };
  const ran = await runPlan(plan, {
    ...parts,
    "Check it.": async () => {
      await new Promise<void>((resolve) => {
        checking.waiting.push(resolve);
        if (checking.waiting.length === 2) for (const go of checking.waiting) go();
      });
      return "fine";
    },
  });
  assert.is(ran.maxInFlight, 2);
  assert.is(outcomeOf(ran.settled).key, "done");
});

test("its calls are named by their steps, the checks by their numbers", async () => {
  const ran = await runPlan(plan, { ...parts, "Extract claims.": ["Roses are red"] });
  const call = (name: string) => ["  tool:start ok", `  llm:${name} ok`, "  tool:finish ok"];
  assert.equal(spanTree(ran), [
    "agent:main:chain_of_verification ok",
    ...["generate", "extract_claims", "check_1", "revise"].flatMap(call),
  ]);
});

test("without a claim it still revises", async () => {
  const ran = await runPlan(plan, { ...parts, "Extract claims.": ["# None"] }, { input: "Q" });
  assert.is(
    requestsOf(ran, "Revise it.")[0]?.user,
    "Original question: Q\n\nInitial answer:\nRoses are red and old.\n\nVerification results:\n",
  );
});

const oneFails = {
  ...parts,
  "Check it.": (request: { readonly user: string }) =>
    request.user.includes("old") ? { status: 400, body: { error: { message: "too old" } } } : "true",
};

test("a check that fails ends the agent", async () => {
  const ran = await runPlan(plan, oneFails);
  assert.is(failureOf(ran.settled).code, "model");
  assert.is(requestsOf(ran, "Revise it.").length, 0);
});

test("with `on_error: collect` revise is told what could not be verified, under a heading of its own", async () => {
  const ran = await runPlan(planOf(texts("on_error: collect")), oneFails, { input: "Q" });
  const told = requestsOf(ran, "Revise it.")[0]?.user ?? "";
  const [well, failed] = told.split("\n\nNot verified:\n");
  assert.match(well ?? "", /Verification results:\nClaim: Roses are red\nVerification: true$/);
  assert.match(failed ?? "", /^Claim: Roses are old\n\[error: .*too old.*\]$/);
});

test.run();
