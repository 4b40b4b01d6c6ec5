import { suite } from "uvu";
import * as assert from "uvu/assert";
import { call, finishes } from "../../support/model-server.ts";
import { agent, planOf, worker } from "../../support/plan-of.ts";
import { failureOf, outcomeOf, requestsOf, runPlan } from "../../support/run-plan.ts";

const test = suite("typed hand-offs");

const loop = `pattern: fsm
initial: draft
states:
  draft: review
  review:
    - approve: publish
      when: value.score >= 7 and length(value.notes) < 3
    - approve: draft
    - revise: draft
  publish: ~`;
const review = "pattern: react\noutput: {score: int, notes: list<text>}\nkeys: [approve, revise]\nmax_iter: 4";

test("a guard sees the value by its type, in the order of the entries", async () => {
  const plan = planOf({
    ...agent("main", loop, ""),
    ...agent("draft", "pattern: oneshot", "Draft it."),
    ...agent("review", review, "Review it: approve or revise."),
    ...agent(
      "publish",
      "pattern: oneshot\ninput: {score: int, notes: list<text>}",
      "Publish what got {{ input.score }}: {{ input.notes | join(', ') }}.",
    ),
  });
  const scores = [5, 9];
  const ran = await runPlan(plan, {
    "Draft it.": ["a draft"],
    "Review it": finishes("approve", () => ({ score: scores.shift() ?? 0, notes: ["good"] })),
    "Publish what got": ["out"],
  });
  assert.equal(outcomeOf(ran.settled), { key: "result", value: "out" });
  assert.is(requestsOf(ran, "Draft it.").length, 2);
  assert.is(requestsOf(ran, "Publish what got 9: good.").length, 1);
});

test("finish asks for a value of the declared type, under the declared keys", async () => {
  const plan = planOf({ ...agent("main", review, "Review it.") });
  const ran = await runPlan(plan, {
    "Review it.": [
      call("finish", { key: "approve", value: "fine" }),
      call("finish", { key: "REVISE", value: '{"score": 3, "notes": []}' }),
    ],
  });
  assert.equal(outcomeOf(ran.settled), { key: "revise", value: { score: 3, notes: [] } });
  const [first] = requestsOf(ran, "Review it.");
  assert.equal(first?.keys, ["approve", "revise"]);
  assert.match(JSON.stringify(first?.body), '"score":{"type":"integer"}');
});

const chain = (first: string, second: string) => ({
  ...agent("main", `pattern: fsm\ninitial: ${first}\nstates:\n  ${first}: ${second}\n  ${second}: ~`, ""),
});

test("a typed value becomes canonical JSON where text is taken", async () => {
  const texts = {
    ...chain("count", "tell"),
    ...agent("count", "pattern: code", ""),
    ...agent("tell", "pattern: oneshot\ninput: text", "Tell {{ input | length }} characters: {{ input }}"),
  };
  const bundle = "export default { keys: [], run: () => ({ b: 1, a: [2] }) };";
  const plan = planOf(texts, worker("count", { bundle, output: { kind: "any" } }));
  const ran = await runPlan(plan, { 'Tell 15 characters: {"a":[2],"b":1}': ["told"] });
  assert.equal(outcomeOf(ran.settled), { key: "result", value: "told" });
});

test("what nobody could know before is held to its type where it is handed over", async () => {
  const texts = {
    ...chain("guess", "tell"),
    ...agent("guess", "pattern: code", ""),
    ...agent("tell", "pattern: oneshot\ninput: {topic: text}", "Tell about {{ input.topic }}."),
  };
  const guess = (value: string) =>
    worker("guess", { bundle: `export default { keys: [], run: () => (${value}) };`, output: { kind: "any" } });
  const well = await runPlan(planOf(texts, guess("{ topic: 'cats' }")), { "Tell about cats.": ["told"] });
  assert.equal(outcomeOf(well.settled), { key: "result", value: "told" });
  const badly = await runPlan(planOf(texts, guess("{ topic: 5 }")), {});
  const message = "what `tell` is given is not of type {topic: text}";
  assert.equal(failureOf(badly.settled), { code: "schema", message });
  const told = badly.rows.filter(({ path }) => path?.endsWith("states/tell@1"));
  assert.equal(
    told.map((row) => [row.kind, row.status, row.message]),
    [
      ["span_started", null, null],
      ["span_ended", "failed", message],
    ],
  );
});

test("a failure caught by `!error` arrives as a typed value", async () => {
  const plan = planOf({
    ...agent("main", 'pattern: fsm\ninitial: draft\nstates:\n  draft:\n    - "*": ~\n    - "!error": rescue\n  rescue: ~', ""),
    ...agent("draft", "pattern: oneshot\noutput: {title: text}", "Draft."),
    ...agent("rescue", "pattern: oneshot\ninput: {code: text, message: text}", "Say why {{ input.code }}: {{ input.message }}"),
  });
  const ran = await runPlan(plan, {
    "Draft.": ["no JSON", "no JSON"],
    "Say why schema: the answer is not of type {title: text}": ["sorry"],
  });
  assert.equal(outcomeOf(ran.settled), { key: "result", value: "sorry" });
});

test("items of a scatter are of the type that its worker takes", async () => {
  const plan = planOf({
    ...agent("main", "pattern: scatter\nworker: one", "Split it."),
    ...{ "agents/main/reduce.md": "Put together." },
    ...agent("one", "pattern: oneshot\ninput: {name: text, size: int}", "Do {{ input.name }} of {{ input.size }}."),
  });
  const ran = await runPlan(plan, {
    "Split it.": finishes("parallel", [
      { name: "a", size: 1 },
      { name: "b", size: 2 },
    ]),
    "Do a of 1.": ["A"],
    "Do b of 2.": ["B"],
    "Put together.": ["both"],
  });
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "both" });
});

test.run();
