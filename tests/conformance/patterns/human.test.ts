import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { WaitTask } from "../../../runtime/3-task/task.ts";
import type { Asker } from "../../../runtime/asker.ts";
import { finishes } from "../../support/model-server.ts";
import { agent, planOf } from "../../support/plan-of.ts";
import { failureOf, outcomeOf, requestsOf, rowsOf, runPlan, spanTree } from "../../support/run-plan.ts";

const test = suite("human");
const answers =
  (answer: string): Asker =>
  async () => ({ kind: "answer", value: answer });
const texts = { ...agent("main", "pattern: human", "Ask for a title."), "agents/main/resume.md": "Go on.\n" };
const plan = planOf(texts);

test("asks on the channel that the first part finished with, and resumes with the task, what was asked and the answer", async () => {
  const asked: WaitTask[] = [];
  const asker: Asker = async (task) => {
    asked.push(task);
    return { kind: "answer", value: "Red ones" };
  };
  const ran = await runPlan(
    plan,
    { "Ask for": finishes("titles", "Which roses?"), "Go on.": finishes("sent", "done so") },
    { input: "Roses", asker },
  );
  assert.equal(outcomeOf(ran.settled), { key: "sent", value: "done so" });
  assert.equal(
    asked.map(({ channel, question }) => ({ channel, question })),
    [{ channel: "titles", question: "Which roses?" }],
  );
  const [, resumed] = requestsOf(ran, "Go on.");
  assert.is(resumed?.input, "Original task: Roses\n\nWhat was asked:\nWhich roses?\n\nAnswer:\nRed ones");
});

test("mend: the second part of the Rust tama saw the answer alone; ours is a loop without skills in either", async () => {
  const ran = await runPlan(plan, { "Ask for": finishes("x", "?"), "Go on.": finishes("done", "") }, { asker: answers("Red") });
  const [first, second] = requestsOf(ran, "Go on.");
  assert.equal(first?.tools, ["start", "finish"]);
  assert.is.not(second?.input, "Red");
  assert.match(second?.input ?? "", /\n\nAnswer:\nRed$/);
});

test("the first part may finish with any word, the second with its caller's", async () => {
  const states = "states:\n  ask: [{approve: ~}, {reject: ~}]";
  const inFsm = planOf({
    ...agent("main", `pattern: fsm\ninitial: ask\n${states}`),
    ...agent("ask", "pattern: human", "Ask for a title."),
    "agents/ask/resume.md": "Go on: approve or reject.\n",
  });
  const ran = await runPlan(inFsm, { "Ask for": finishes("anything", "?"), "Go on": finishes("Approve", "yes") }, { asker: answers("ok") });
  assert.equal(outcomeOf(ran.settled), { key: "approve", value: "yes" });
  assert.is(requestsOf(ran, "Ask for")[0]?.keys, null);
  assert.equal(requestsOf(ran, "Go on")[0]?.keys, ["approve", "reject"]);
});

test("a second part that says `pattern: oneshot` is one call and ends `done`", async () => {
  const asked = planOf({ ...texts, "agents/main/resume.md": "---\npattern: oneshot\n---\nGo on.\n" });
  const ran = await runPlan(asked, { "Ask for": finishes("x", "?"), "Go on.": ["fine"] }, { asker: answers("Red") });
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "fine" });
});

test("the answer is journaled with its channel, question and content key, and the span tree shows it", async () => {
  const run = () => runPlan(plan, { "Ask for": finishes("titles", "Which?"), "Go on.": finishes("done", "") }, { asker: answers("Red") });
  const [ran, again] = [await run(), await run()];
  const [row] = rowsOf(ran, "wait_answer");
  assert.equal([row?.path, row?.key, row?.span_kind, row?.status], ["main@1/answer", "titles", "wait", "ok"]);
  assert.equal([ran.text(row?.input_hash ?? null), ran.text(row?.value_hash ?? null)], ["Which?", '"Red"']);
  assert.is(rowsOf(again, "wait_answer")[0]?.content_key, row?.content_key);
  assert.equal(spanTree(ran), [
    "agent:main:human ok",
    "  llm:react_1 ok",
    "  tool:start ok",
    "  llm:react_2 ok",
    "  tool:finish ok",
    "  wait:titles ok",
    "  agent:resume:react ok",
    "    llm:react_1 ok",
    "    tool:start ok",
    "    llm:react_2 ok",
    "    tool:finish ok",
  ]);
});

test("with nobody to ask the run ends as waiting, and says where", async () => {
  const ran = await runPlan(plan, { "Ask for": finishes("titles", "Which?") });
  assert.equal(failureOf(ran.settled), {
    code: "waiting",
    message: "channel `titles` waits for an answer",
  });
  assert.is(ran.result.kind === "ended" && ran.result.status, "waiting");
});

test("waiting is neither collected nor caught", async () => {
  const inParallel = planOf({ ...agent("main", "pattern: parallel\nworkers: [ask]"), ...askers(["ask"]) });
  const ran = await runPlan(inParallel, { "Ask for": finishes("titles", "Which?") });
  assert.is(failureOf(ran.settled).code, "waiting");
});

test("questions are asked one at a time", async () => {
  const inParallel = planOf({ ...agent("main", "pattern: parallel\nworkers: [a, b, c]"), ...askers(["a", "b", "c"]) });
  let open = 0;
  const most = { value: 0 };
  const asker: Asker = async ({ step }) => {
    open += 1;
    most.value = Math.max(most.value, open);
    await new Promise((resolve) => setImmediate(resolve));
    open -= 1;
    return { kind: "answer", value: `to ${step.agent}` };
  };
  const ran = await runPlan(
    inParallel,
    { "Ask for": finishes("x", "?"), "Go on.": finishes("done", (input: string) => input.split("Answer:\n")[1]) },
    { asker },
  );
  assert.is(most.value, 1);
  assert.equal(outcomeOf(ran.settled).value, { a: "to a", b: "to b", c: "to c" });
});

test("stopping the run withdraws the question", async () => {
  const controller = new AbortController();
  const asker: Asker = (_task, signal) => {
    const reply = new Promise<{ readonly kind: "cancelled" }>((resolve) => {
      signal.addEventListener("abort", () => resolve({ kind: "cancelled" }));
    });
    controller.abort();
    return reply;
  };
  const ran = await runPlan(plan, { "Ask for": finishes("titles", "Which?") }, { asker, signal: controller.signal });
  assert.is(ran.result.kind === "ended" && ran.result.status, "interrupted");
});

function askers(names: readonly string[]): Readonly<Record<string, string>> {
  const all = names.map((name) => ({ ...agent(name, "pattern: human", "Ask for it."), [`agents/${name}/resume.md`]: "Go on.\n" }));
  return Object.assign({}, ...all);
}

test.run();
