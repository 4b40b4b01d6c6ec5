import { suite } from "uvu";
import * as assert from "uvu/assert";
import { call, finishes, meeting, type Part, script, signal, startModelServer } from "../../support/model-server.ts";
import { agent, planOf } from "../../support/plan-of.ts";
import { failureOf, outcomeOf, requestsOf, rowsOf, runPlan, spanTree } from "../../support/run-plan.ts";

const test = suite("parallel");
const poets = { ...agent("ann", "pattern: oneshot", "I am ann."), ...agent("bob", "pattern: oneshot", "I am bob.") };
const plan = planOf({ ...poets, ...agent("main", "pattern: parallel\nworkers: [bob, ann]") });
const strict = planOf({ ...poets, ...agent("main", "pattern: parallel\nworkers: [bob, ann]\non_error: fail") });
const down = [{ status: 400, body: { error: { message: "down" } } }];

test("gives every worker the same input, and their values in declared order whoever is first", async () => {
  for (const slow of ["ann", "bob"]) {
    const said = (name: string) => [{ text: `by ${name}`, delayMs: name === slow ? 40 : 0 }];
    const ran = await runPlan(plan, { "I am ann.": said("ann"), "I am bob.": said("bob") }, { input: "T" });
    assert.is(outcomeOf(ran.settled).key, "parallel");
    assert.is(JSON.stringify(outcomeOf(ran.settled).value), '{"bob":"by bob","ann":"by ann"}');
    assert.equal(
      ran.requests.map(({ user }) => user),
      ["T", "T"],
    );
  }
});

test("asks them at once", async () => {
  const both = meeting(2);
  const ran = await runPlan(plan, { "*": () => both().then(() => "x") });
  assert.is(ran.maxInFlight, 2);
});

test("asks them one after another where one call at once is allowed", async () => {
  const ran = await runPlan(plan, { "*": [{ text: "x", delayMs: 10 }] }, { concurrency: 1 });
  assert.is(ran.maxInFlight, 1);
});

test("tells what failed apart, and goes on", async () => {
  const ran = await runPlan(plan, { "I am ann.": ["fine"], "I am bob.": down });
  const { key, value } = outcomeOf(ran.settled);
  assert.is(key, "parallel");
  const { ann, "!failed": failed } = JSON.parse(JSON.stringify(value));
  assert.is(ann, "fine");
  assert.equal([failed.bob.code, failed.bob.path], ["model", "main@1/workers/bob@1/oneshot"]);
  assert.match(failed.bob.message, "down");
  assert.not.ok("bob" in JSON.parse(JSON.stringify(value)));
  assert.is(ran.result.kind === "ended" && ran.result.status, "ok");
});

test("fails where all failed, naming them", async () => {
  const ran = await runPlan(plan, { "*": down });
  assert.equal(failureOf(ran.settled), { code: "all-failed", message: "every worker failed: bob, ann" });
});

test("workers may finish with any word; nobody looks at it", async () => {
  const reacts = { ...agent("ann", "pattern: react", "I am ann."), ...agent("main", "pattern: parallel\nworkers: [ann]") };
  const inner = { ...reacts, ...agent("top", "pattern: fsm\ninitial: main\nstates:\n  main: [{parallel: ~}]") };
  const nested = planOf({ ...inner, "tama.toml": '[project]\nname = "p"\nentrypoint = "top"\n[models]\ndefault = "openai:gpt-4o"\n' });
  const ran = await runPlan(nested, { "I am ann.": finishes("anything", "v") });
  assert.equal(ran.requests[0]?.keys, null);
  assert.equal(outcomeOf(ran.settled), { key: "parallel", value: { ann: "v" } });
});

test("a worker that is named twice runs twice under names of its own", async () => {
  const twice = planOf({ ...poets, ...agent("main", "pattern: parallel\nworkers: [ann, bob, ann]") });
  const ran = await runPlan(twice, { "*": ["x"] });
  assert.equal(outcomeOf(ran.settled).value, { ann: "x", bob: "x", "ann~2": "x" });
  assert.equal(
    rowsOf(ran, "span_started").map(({ path }) => path),
    ["main@1", "main@1/workers/ann@1", "main@1/workers/bob@1", "main@1/workers/ann~2@1"],
  );
});

test("branches are siblings: their spans have the parent as the step before", async () => {
  const ran = await runPlan(plan, { "*": ["x"] });
  const [main, ...branches] = rowsOf(ran, "span_started");
  assert.equal(
    branches.map(({ parent_span_id, prev_span_id }) => [parent_span_id, prev_span_id]),
    [
      [main?.span_id, main?.span_id],
      [main?.span_id, main?.span_id],
    ],
  );
});

test("on_error: fail cancels the sibling on the wire, reports the failure, and ends every span as what it was", async () => {
  const ran = await runPlan(strict, {
    "I am ann.": [{ hang: true }],
    "I am bob.": [{ status: 400, delayMs: 30, body: { error: { message: "down" } } }],
  });
  const failure = failureOf(ran.settled);
  assert.is(failure.code, "model");
  assert.match(failure.message, "down");
  assert.equal(
    spanTree(ran).filter((line) => line.includes("agent:")),
    ["agent:main:parallel failed", "  agent:bob:oneshot failed", "  agent:ann:oneshot cancelled"],
  );
  const [ann] = rowsOf(ran, "llm_call").filter(({ path }) => path?.includes("ann"));
  assert.equal([ann?.status, ann?.code], ["cancelled", "cancelled"]);
});

test("a sibling that is waiting deep inside is cancelled too, and nothing of it goes on", async () => {
  const files = {
    ...agent("main", "pattern: parallel\nworkers: [flow, bob]\non_error: fail"),
    ...agent("flow", "pattern: fsm\ninitial: ann\nstates:\n  ann: [{go: ann}, {end: ~}]"),
    ...agent("ann", "pattern: react", "I am ann."),
    ...agent("bob", "pattern: oneshot", "I am bob."),
  };
  const { happened, happen } = signal();
  const ann: Part = (request) => {
    if (request.turn === 1) return call("start");
    happen();
    return { hang: true };
  };
  const ran = await runPlan(planOf(files), { "I am ann.": ann, "I am bob.": () => happened.then(() => ({ status: 400 })) });
  assert.is(failureOf(ran.settled).code, "model");
  assert.is(requestsOf(ran, "I am ann.").length, 2);
  assert.equal(
    spanTree(ran).filter((line) => line.includes("agent:")),
    ["agent:main:parallel failed", "  agent:flow:fsm cancelled", "    agent:ann:react cancelled", "  agent:bob:oneshot failed"],
  );
});

test("the server sees a cancelled sibling go away", async () => {
  const { happened, happen } = signal();
  const ann: Part = () => {
    happen();
    return { hang: true };
  };
  const server = await startModelServer(script({ "I am ann.": ann, "I am bob.": () => happened.then(() => ({ status: 400 })) }));
  const ran = await runPlan(strict, {}, { server });
  await server.waitForDrops(1);
  await server.close();
  assert.is(failureOf(ran.settled).code, "model");
});

test.run();
