import { suite } from "uvu";
import * as assert from "uvu/assert";
import { finishes } from "../../support/model-server.ts";
import { agent, planOf } from "../../support/plan-of.ts";
import { outcomeOf, requestsOf, runPlan, spanTree } from "../../support/run-plan.ts";

const test = suite("reflexion");
const texts = (fields = "", act = "Act.\n", reflect = "Reflect.\n") => ({
  ...agent("main", `pattern: reflexion\n${fields}`, ""),
  "agents/main/act.md": act,
  "agents/main/reflect.md": reflect,
});
const plan = planOf(texts());

/** Attempts are numbered; the verdicts come in order. */
function play(verdicts: readonly string[]) {
  const counts = { act: 0, reflect: 0 };
  return {
    "Act.": () => `attempt ${++counts.act}`,
    "Reflect.": () => verdicts[counts.reflect++] ?? "no verdict",
  };
}

test("acts on the input, and ends `done` as soon as the reflection says DONE", async () => {
  const ran = await runPlan(plan, play(["  done: good"]), { input: "Roses" });
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "attempt 1" });
  assert.equal(
    ran.requests.map(({ system, user }) => [system, user]),
    [
      ["Act.\n", "Roses"],
      ["Reflect.\n", "Task: Roses\n\nResult:\nattempt 1"],
    ],
  );
});

test("acts again by the feedback", async () => {
  const ran = await runPlan(plan, play(["too short", "DONE"]), { input: "Roses" });
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "attempt 2" });
  assert.is(
    requestsOf(ran, "Act.")[1]?.user,
    "Original task: Roses\n\nPrevious attempt:\nattempt 1\n\nFeedback:\ntoo short\n\nPlease improve your answer based on this feedback.",
  );
  assert.is(requestsOf(ran, "Reflect.")[1]?.user, "Task: Roses\n\nResult:\nattempt 2");
});

test("makes four attempts where nothing satisfies, the last without a reflection, and ends `done` with it", async () => {
  const ran = await runPlan(plan, play([]));
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "attempt 4" });
  assert.is(requestsOf(ran, "Reflect.").length, 3);
});

test("`max_iter` is the number of attempts", async () => {
  const once = await runPlan(planOf(texts("max_iter: 1")), play([]));
  assert.equal(outcomeOf(once.settled), { key: "done", value: "attempt 1" });
  assert.is(once.requests.length, 1);
});

test("a reflection that reacts is content when it finishes `done`, may use any word, and gives its value as feedback", async () => {
  const reacting = planOf(texts("", "Act.\n", "---\npattern: react\n---\nReflect.\n"));
  const ran = await runPlan(reacting, {
    "Act.": (request) => `attempt after: ${request.user}`,
    "Reflect.": (request) => finishesWith(request.input.includes("Feedback:\nmore") ? "Done" : "retry", "more")(request),
  });
  assert.is(outcomeOf(ran.settled).key, "done");
  assert.is(requestsOf(ran, "Act.").length, 2);
  assert.is(requestsOf(ran, "Reflect.")[0]?.keys, null);
});

test("a text that begins with DONE is no verdict of a reflection that reacts", async () => {
  const reacting = planOf(texts("max_iter: 2", "Act.\n", "---\npattern: react\n---\nReflect.\n"));
  const ran = await runPlan(reacting, { "Act.": ["x"], "Reflect.": finishes("retry", "DONE") });
  assert.is(requestsOf(ran, "Act.").length, 2);
});

test("each attempt and each reflection is an agent span of its own, by its number", async () => {
  const ran = await runPlan(plan, play(["no", "DONE"]));
  assert.equal(
    spanTree(ran).filter((line) => line.includes("agent:")),
    [
      "agent:main:reflexion ok",
      "  agent:act_1:oneshot ok",
      "  agent:reflect_1:oneshot ok",
      "  agent:act_2:oneshot ok",
      "  agent:reflect_2:oneshot ok",
    ],
  );
});

function finishesWith(key: string, value: string) {
  const part = finishes(key, value);
  if (typeof part !== "function") throw new Error("finishes gives a function");
  return part;
}

test.run();
