/** A replay that works from a path on, with another model, and other prompts: what it did can be replayed and resumed in its turn. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Plan } from "../../compiler/ir/plan.ts";
import type { RunModel } from "../../runtime/3-task/task.ts";
import type { Row } from "../../runtime/4-trace/columns.ts";
import { runDir } from "../../runtime/4-trace/run-folder.ts";
import { readJournal } from "../../runtime/journal/journal.ts";
import { agent, planOf } from "../support/plan-of.ts";
import { contentOf, countingWorld, fails, goOn, inFolder, leave, record, replay, rowsIn, type Says } from "../support/recorded-runs.ts";
import { simModel } from "../support/tasks.ts";

const test = suite("replay from a path on");
const [first, second, third, fourth] = ["1".repeat(32), "2".repeat(32), "3".repeat(32), "4".repeat(32)];

/** Ann drafts, and is judged until she is good, at most four times. */
const plan = planOf({
  ...agent("main", "pattern: fsm\ninitial: ann\nmax_iter: 8\nstates:\n  ann: judge\n  judge: [{good: both}, {bad: ann}]\n  both: ~"),
  ...agent("ann", "pattern: oneshot", "I am ann."),
  ...agent("judge", "pattern: react", "good or bad"),
  ...agent("both", "pattern: scatter\nworker: bob"),
  "agents/both/reduce.md": "Reduce.\n",
  ...agent("bob", "pattern: oneshot", "I am bob."),
});
const times = { startUs: 1, endUs: 2, thread: 0, attempts: [] } as const;

/** The judge is content with the third draft. */
const says: Says = (task) => {
  if (task.kind !== "model" || !task.path.includes("judge")) return null;
  const key = task.path.includes("[6]") ? "good" : "bad";
  const calls = [{ name: "finish", args: JSON.stringify({ key, value: `${key} ${task.path}` }) }];
  return { kind: "ok", answer: { kind: "model", text: "", calls, finish: "stop", model: "m", usage: null }, ...times };
};
const at = (round: number) => `main@1/loop[${round}]/states`;
const from = `${at(3)}/ann@1/oneshot`;
const models = (name: string): Readonly<Record<string, RunModel>> =>
  Object.fromEntries(Object.keys(plan.models).map((id) => [id, { ...simModel, name }]));

test("another model answers from there on; the new run tells which model said what, and can be replayed", () =>
  inFolder(async (stateDir) => {
    await recorded(stateDir);
    const done = await again(stateDir, { models: models("better") }, { changesModels: true });
    assert.ok(done.includes(`${from}:1`) && !done.includes(`${at(1)}/ann@1/oneshot:1`));
    assert.equal(
      askedIn(stateDir, second, (row) => row.model).map(([path, model]) => [path, model === "better"]),
      askedIn(stateDir, second, () => null).map(([path]) => [path, done.includes(path)]),
    );
    const journal = readJournal(runDir(stateDir, second), second);
    const repeated = await replay(
      plan,
      { stateDir, traceId: second, as: third },
      { models: models("better"), replay: { journal, from: null } },
    );
    assert.is(repeated.kind === "ended" && repeated.status, "ok", JSON.stringify(repeated));
    assert.equal(contentOf(told(stateDir, third)), contentOf(told(stateDir, second)));
    const twice = readJournal(runDir(stateDir, third), third);
    const more = await replay(
      plan,
      { stateDir, traceId: third, as: fourth },
      { models: models("better"), replay: { journal: twice, from: null } },
    );
    assert.is(more.kind === "ended" && more.status, "ok", JSON.stringify(more));
  }));

test("another prompt stands from that round of a step on, and in the record", () =>
  inFolder(async (stateDir) => {
    await recorded(stateDir);
    await again(stateDir, { prompts: new Map([[from, "I am Anna."]]) });
    assert.equal(
      askedIn(stateDir, second, (row) => systemOf(stateDir, second, row)).filter(([path]) => path.includes("/ann@1")),
      [1, 3, 5].map((round) => [`${at(round)}/ann@1/oneshot:1`, round < 3 ? "I am ann.\n" : "I am Anna."]),
    );
    const repeated = await replay(plan, { stateDir, traceId: second, as: third });
    assert.is(repeated.kind === "ended" && repeated.status, "ok", JSON.stringify(repeated));
    assert.equal(contentOf(told(stateDir, third)), contentOf(told(stateDir, second)));
  }));

test("another prompt for an item of a fan-out is that item's alone", () =>
  inFolder(async (stateDir) => {
    await recorded(stateDir);
    const items = `${at(7)}/both@1/items`;
    const step = `${items}[2]/worker@1/oneshot`;
    const done = await again(stateDir, { prompts: new Map([[step, "I am Robert."]]) }, { from: step });
    assert.equal(done, [`${step}:1`, `${at(7)}/both@1/reduce:1`]);
    assert.is(
      systemOf(
        stateDir,
        second,
        rowsIn(stateDir, second).find(({ kind, path }) => kind === "llm_call" && path === `${step}:1`),
      ),
      "I am Robert.",
    );
  }));

test("another prompt for what is not worked at is a miss", () =>
  inFolder(async (stateDir) => {
    await recorded(stateDir);
    const prompts = new Map([[`${at(1)}/ann@1/oneshot`, "I am Anna."]]);
    const journal = readJournal(runDir(stateDir, first), first);
    const missed = await replay(plan, { stateDir, traceId: first, as: second }, { prompts, replay: { journal, from } });
    assert.is(missed.kind === "ended" && missed.settled.kind === "failed" && missed.settled.failure.code, "replay-miss");
  }));

test("killed anywhere it goes on with its models and prompts", () =>
  inFolder(async (stateDir) => {
    await recorded(stateDir);
    const prompts = new Map([[from, "I am Anna."]]);
    await again(stateDir, { models: models("better"), prompts }, { changesModels: true });
    const rows = rowsIn(stateDir, second);
    const live = rows.findIndex(({ kind, source }) => kind === "llm_call" && source === null);
    assert.ok(live > 0);
    for (let cut = live; cut < rows.length; cut += 7) {
      const traceId = cut.toString(16).padStart(32, "0");
      leave(
        stateDir,
        traceId,
        rows.slice(0, cut).map((row) => ({ ...row, trace_id: traceId })),
      );
      const world = countingWorld(plan, stateDir, says);
      const resumed = await goOn(plan, { stateDir, traceId, world }, { models: models("better") });
      assert.is(resumed.kind === "ended" && resumed.status, "ok", `${cut}: ${JSON.stringify(resumed)}`);
      const kept = rows.slice(0, cut).filter(({ kind, status }) => kind === "llm_call" && status === "ok");
      assert.is(world.done.filter((path) => kept.some((row) => row.path === path)).length, 0);
      const what = (run: string) => askedIn(stateDir, run, (row) => `${row.model} ${systemOf(stateDir, run, row)}`);
      assert.equal(new Map(what(traceId)), new Map(what(second)), `${cut}`);
    }
  }));

test("a run that failed in vain for a model goes on from there with another", () =>
  inFolder(async (stateDir) => {
    const broken: Says = (task) => (task.path === `${from}:1` ? fails("model", "too small") : says(task));
    await record(plan, { stateDir, traceId: first, world: countingWorld(plan, stateDir, broken) });
    const done = await again(stateDir, { models: models("larger") }, { changesModels: true });
    assert.is(done[0], `${from}:1`);
    assert.is(rowsIn(stateDir, second).at(-1)?.status, "ok");
  }));

test.run();

function recorded(stateDir: string) {
  return record(plan, { stateDir, traceId: first, world: countingWorld(plan, stateDir, says) });
}

/** Repeats the first run up to a path, works from there on, and gives what was done. */
async function again(
  stateDir: string,
  more: Parameters<typeof replay>[2],
  how: { readonly changesModels?: boolean; readonly from?: string } = {},
): Promise<readonly string[]> {
  const world = countingWorld(plan as Plan, stateDir, says);
  const journal = readJournal(runDir(stateDir, first), first);
  const options = { executor: world.executor, replay: { journal, from, ...how } };
  const ended = await replay(plan, { stateDir, traceId: first, as: second }, { ...more, ...options });
  assert.is(ended.kind === "ended" && ended.status, "ok", JSON.stringify(ended));
  return world.done;
}

/** The requests of a run, by path, with something of each. */
function askedIn<T>(stateDir: string, run: string, pick: (row: Row) => T): readonly (readonly [string, T])[] {
  const calls = rowsIn(stateDir, run).filter(({ kind }) => kind === "llm_call");
  return calls.map((row) => [row.path ?? "", pick(row)] as const).sort(([a], [b]) => (a < b ? -1 : 1));
}

function systemOf(stateDir: string, run: string, row: Row | undefined): string | null {
  const journal = readJournal(runDir(stateDir, run), run);
  return journal.text(journal.messages(row?.input_hash ?? null)[0]?.value_hash ?? null);
}

function told(stateDir: string, run: string): readonly Row[] {
  return rowsIn(stateDir, run).filter(({ kind }) => kind !== "run_started");
}
