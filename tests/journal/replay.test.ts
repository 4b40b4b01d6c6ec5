/** Replay: by path, content held equal, nothing done, the same result and the same record. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Plan } from "../../compiler/ir/plan.ts";
import { resolveModels } from "../../runtime/1-load/models.ts";
import { startClock } from "../../runtime/3-task/clock.ts";
import { runDir } from "../../runtime/4-trace/run-folder.ts";
import { threadExecutor } from "../../runtime/executors/threads.ts";
import { readJournal } from "../../runtime/journal/journal.ts";
import { call, finishes, script, startModelServer } from "../support/model-server.ts";
import { agent, planOf, skill } from "../support/plan-of.ts";
import { plans } from "../support/recorded-plans.ts";
import {
  contentOf,
  countingWorld,
  fails,
  goOn,
  inFolder,
  nothingWorks,
  record,
  replay,
  rowsIn,
  type Says,
} from "../support/recorded-runs.ts";
import { failureOf } from "../support/run-plan.ts";

const test = suite("replay");
const first = "1".repeat(32);
const second = "2".repeat(32);

for (const [name, plan] of plans()) {
  test(`says and records of ${name} what was recorded, and does nothing`, async () => {
    const { recorded, repeated, rows } = await twice(plan);
    assert.equal(repeated, recorded);
    assert.equal(contentOf(rows[1]), contentOf(rows[0]));
    const answers = rows[1].filter(({ content_key, kind }) => content_key !== null && kind !== "intent" && kind !== "wait_asked");
    assert.ok(answers.length > 2);
    assert.ok(answers.every(({ source, source_run }) => source === "replay" && source_run === first));
    assert.ok(rows[0].every(({ source }) => source === null));
  });
}

const race = planOf({
  ...agent("main", "pattern: parallel\nworkers: [slow, early, broken]\non_error: fail"),
  ...agent("slow", "pattern: oneshot"),
  ...agent("early", "pattern: oneshot"),
  ...agent("broken", "pattern: oneshot"),
});

test("what a failed request took is told again, and counts for limits as it did", async () => {
  const usage = { input: 9_960, cached: 0, output: 40, reasoning: 0 };
  const wide = planOf({
    ...agent("main", "pattern: parallel\nworkers: [broken, slow]"),
    ...agent("broken", "pattern: oneshot"),
    ...agent("slow", "pattern: critic"),
    "agents/slow/draft.md": "D",
    "agents/slow/critique.md": "C",
    "agents/slow/refine.md": "R",
  });
  const limited: Plan = { ...wide, limits: { ...wide.limits, tokens: 10_000 } };
  const says: Says = (task) => (task.path.includes("broken") ? { ...failed, usage } : null);
  const failed = { ...fails("model", "withheld"), kind: "failed", code: "model", message: "withheld", details: null } as const;
  const { recorded, repeated, rows } = await twice(limited, says);
  assert.is(recorded.kind === "ended" && recorded.status, "limit");
  assert.equal(repeated, recorded);
  assert.equal(contentOf(rows[1]), contentOf(rows[0]));
  assert.is(rows[1].find(({ status, kind }) => kind === "llm_call" && status === "failed")?.output_tokens, 40);
});

test("what was cancelled for a failure that came first is cancelled again", async () => {
  const says: Says = (task) => (task.path.includes("broken") ? fails("model", "down") : null);
  const { recorded, repeated, rows } = await twice(race, says);
  assert.equal(repeated, recorded);
  assert.equal(contentOf(rows[1]), contentOf(rows[0]));
  assert.equal(
    rows[1].filter(({ kind }) => kind === "llm_call").map(({ status }) => status),
    rows[0].filter(({ kind }) => kind === "llm_call").map(({ status }) => status),
  );
  assert.equal(failureOf(endOf(repeated)), { code: "model", message: "down" });
});

test("a run that was stopped and then resumed is replayed to its end", () =>
  inFolder(async (stateDir) => {
    const stop = new AbortController();
    const says: Says = (task) => {
      if (task.path.includes("early")) stop.abort();
      return null;
    };
    const world = countingWorld(race, stateDir, says);
    const stopped = await record(race, { stateDir, traceId: first, world }, { signal: stop.signal });
    assert.is(stopped.kind === "ended" && stopped.status, "interrupted");
    const resumed = await goOn(race, { stateDir, traceId: first, world: countingWorld(race, stateDir) });
    assert.is(resumed.kind === "ended" && resumed.status, "ok");
    assert.equal(await replay(race, { stateDir, traceId: first, as: second }), resumed);
  }));

test("a run that was stopped is stopped at the same place", async () => {
  const stop = new AbortController();
  const says: Says = (task) => {
    if (task.path.includes("early")) stop.abort();
    return null;
  };
  const { recorded, repeated, rows } = await twice(race, says, stop.signal);
  assert.is(recorded.kind === "ended" && recorded.status, "interrupted");
  assert.equal(repeated, recorded);
  assert.equal(contentOf(rows[1]), contentOf(rows[0]));
});

test("what failed and was collected or tried again says why, with all details", async () => {
  const retried = planOf({
    ...agent("main", "pattern: parallel\nworkers: [ann, bob]"),
    ...agent("ann", "pattern: oneshot\nretry: {attempts: 2}"),
    ...agent("bob", "pattern: oneshot"),
  });
  const says: Says = ({ path }) => (path.includes("ann@1") || path.includes("bob") ? fails("model", `no ${path}`) : null);
  const { recorded, repeated, rows } = await twice(retried, says);
  assert.is(recorded.kind === "ended" && recorded.status, "ok");
  assert.equal(repeated, recorded);
  assert.equal(contentOf(rows[1]), contentOf(rows[0]));
});

test("repeats what a model server said once it is gone, with any number of threads and without a key", async () => {
  const plan = planOf({
    ...agent("main", "pattern: fsm\ninitial: all\nstates:\n  all: judge\n  judge: [{good: ~}]"),
    ...agent("all", "pattern: parallel\nworkers: [ann, bob]"),
    ...agent("ann", "pattern: react\ncall: {uses: [notes]}", "I am ann."),
    ...agent("bob", "pattern: oneshot", "I am bob."),
    ...agent("judge", "pattern: react", "I am judge."),
    ...skill("notes", ["tama_mem_set", "tama_files_read"]),
  });
  const long = "é".repeat(20_000);
  const ann = [
    [...call("start"), ...call("read_skill", { name: "notes" })],
    [
      ...call("tama_mem_set", { key: "k", value: long }),
      ...call("tama_files_read", { path: "none" }),
      ...call("tama_mem_get", { key: "k" }),
    ],
    call("finish", { key: "done", value: "A" }),
  ];
  const server = await startModelServer(script({ "I am ann.": ann, "I am bob.": [`B ${long}`], "I am judge.": finishes("good", "fine") }));
  const models = resolveModels(plan, { override: null, env: server.env });
  if (models.kind === "failed") throw new Error("the server needs no more");
  await inFolder(async (stateDir) => {
    const executor = (env: Readonly<Record<string, string>>, threads: number) =>
      threadExecutor({
        env,
        projectDir: stateDir,
        bundles: plan.texts,
        clock: startClock(),
        ioThreads: threads,
        cpuThreads: threads,
        warm: [],
      });
    const world = { ...nothingWorks, executor: executor(server.env, 2) };
    const recorded = await record(plan, { stateDir, traceId: first, world }, { models: models.models });
    await server.close();
    for (const threads of [1, 2, 8]) {
      const as = String(threads + 1).repeat(32);
      const repeated = await replay(plan, { stateDir, traceId: first, as }, { executor: executor({}, threads) });
      assert.equal(repeated, recorded);
      assert.equal(contentOf(rowsIn(stateDir, as)), contentOf(rowsIn(stateDir, first)));
    }
    assert.is(server.hits(), 6);
  });
});

test("a changed prompt is a miss that names the request and the field", async () => {
  const plan = (prompt: string) => planOf({ ...agent("main", "pattern: critic", "Work."), ...steps(prompt) });
  await inFolder(async (stateDir) => {
    await record(plan("Refine."), { stateDir, traceId: first, world: countingWorld(plan("Refine."), stateDir) });
    const missed = await replay(plan("Refine it."), { stateDir, traceId: first, as: second });
    const { code, message } = failureOf(endOf(missed));
    assert.is(code, "replay-miss");
    assert.is(message, "run 11111111 does not answer main@1/refine:1: its messages[1] (system) differs");
    const { settled } = missed.kind === "ended" ? missed : { settled: null };
    assert.equal(settled?.kind === "failed" && settled.failure.details, {
      run: "11111111",
      path: "main@1/refine:1",
      why: "its messages[1] (system) differs",
      nearest: "main@1/refine:1",
      field: "messages[1] (system)",
      recorded: "system: Refine.",
      now: "system: Refine it.",
    });
  });
});

for (const [what, change, field] of [
  ["another model", (plan: Plan) => ({ models: modelsOf(plan, { name: "other" }) }), "model"],
  ["another temperature", (plan: Plan) => ({ models: modelsOf(plan, { temperature: 0.5 }) }), "temperature"],
  ["another limit of tokens", (plan: Plan) => ({ models: modelsOf(plan, { maxTokens: 5 }) }), "max_tokens"],
  ["another input", () => ({ task: "another task" }), "messages[2] (user)"],
] as const) {
  test(`${what} is a miss`, async () => {
    const plan = planOf(agent("main", "pattern: oneshot", "Work."));
    await inFolder(async (stateDir) => {
      await record(plan, { stateDir, traceId: first, world: countingWorld(plan, stateDir) });
      const missed = await replay(plan, { stateDir, traceId: first, as: second }, change(plan));
      assert.is(failureOf(endOf(missed)).message, `run 11111111 does not answer main@1/oneshot:1: its ${field} differs`);
    });
  });
}

test("a step that was not there names the nearest that was", async () => {
  const plan = (rounds: number) =>
    planOf({ ...agent("main", `pattern: debate\nagents: [ann]\nrounds: ${rounds}\njudge: ann`), ...agent("ann", "pattern: oneshot") });
  await inFolder(async (stateDir) => {
    await record(plan(1), { stateDir, traceId: first, world: countingWorld(plan(1), stateDir) });
    const { message } = failureOf(endOf(await replay(plan(2), { stateDir, traceId: first, as: second })));
    assert.match(
      message,
      "main@1/rounds[2]/agents/ann@1/oneshot:1: nothing was recorded there; the nearest is main@1/rounds[1]/agents/ann@1/oneshot:1",
    );
  });
});

test("--from: works again from a path on, and from what follows from it; what else there is, is repeated", async () => {
  const plan = planOf({
    ...agent("main", "pattern: fsm\ninitial: all\nstates:\n  all: last\n  last: ~"),
    ...agent("all", "pattern: parallel\nworkers: [ann, bob]"),
    ...agent("ann", "pattern: critic"),
    ...Object.fromEntries(["draft", "critique", "refine"].map((step) => [`agents/ann/${step}.md`, `${step}\n`])),
    ...agent("bob", "pattern: oneshot"),
    ...agent("last", "pattern: oneshot"),
  });
  await inFolder(async (stateDir) => {
    await record(plan, { stateDir, traceId: first, world: countingWorld(plan, stateDir) });
    const world = countingWorld(plan, stateDir);
    const journal = readJournal(runDir(stateDir, first), first);
    const from = "main@1/loop[1]/states/all@1/workers/ann@1/critique";
    await replay(plan, { stateDir, traceId: first, as: second }, { executor: world.executor, replay: { journal, from } });
    assert.equal(world.done, [`${from}:1`, "main@1/loop[1]/states/all@1/workers/ann@1/refine:1", "main@1/loop[2]/states/last@1/oneshot:1"]);
    const taken = rowsIn(stateDir, second).filter(({ source, kind }) => source === "replay" && kind === "llm_call");
    assert.equal(taken.map(({ path }) => path?.split("/").at(-1)).sort(), ["draft:1", "oneshot:1"]);
  });
});

test.run();

const steps = (refine: string) => ({
  "agents/main/draft.md": "Draft.\n",
  "agents/main/critique.md": "Critique.\n",
  "agents/main/refine.md": `${refine}\n`,
});

function modelsOf(plan: Plan, change: object) {
  const model = { provider: "sim", name: "sim", temperature: null, maxTokens: null, seed: null, baseUrl: null, keyEnv: null, ...change };
  return Object.fromEntries(Object.keys(plan.models).map((id) => [id, model]));
}

function endOf(result: Awaited<ReturnType<typeof record>>) {
  if (result.kind === "refused") throw new Error(result.diagnostic.message);
  return result.settled;
}

/** A run and its replay. */
async function twice(plan: Plan, says: Says = () => null, signal = new AbortController().signal) {
  return inFolder(async (stateDir) => {
    const world = countingWorld(plan, stateDir, says);
    const recorded = await record(plan, { stateDir, traceId: first, world }, { signal });
    const repeated = await replay(plan, { stateDir, traceId: first, as: second });
    return { recorded, repeated, rows: [rowsIn(stateDir, first), rowsIn(stateDir, second)] as const };
  });
}
