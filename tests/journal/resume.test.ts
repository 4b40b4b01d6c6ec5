/** Resume: what was recorded is kept, what was in flight is done again, wherever a process was killed. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Plan } from "../../compiler/ir/plan.ts";
import type { Row } from "../../runtime/4-trace/columns.ts";
import { openRun } from "../../runtime/resume.ts";
import { agent, planOf, skill } from "../support/plan-of.ts";
import { plans } from "../support/recorded-plans.ts";
import {
  contentOf,
  countingWorld,
  fails,
  goOn,
  inFolder,
  leave,
  nothingWorks,
  record,
  replay,
  rowsIn,
  type Says,
} from "../support/recorded-runs.ts";
import { failureOf, outcomeOf } from "../support/run-plan.ts";

const test = suite("resume");
const whole = "a".repeat(32);
const id = (number: number) => number.toString(16).padStart(32, "0");

for (const [name, plan] of plans()) {
  test(`${name}, killed after each event: what was recorded stays, what was in flight is done once more, nothing is told twice`, () =>
    inFolder(async (stateDir) => {
      const world = countingWorld(plan, stateDir);
      const ended = await record(plan, { stateDir, traceId: whole, world });
      const rows = rowsIn(stateDir, whole);
      for (const cut of boundaries(rows)) {
        const kept = rows.slice(0, cut).map((row) => ({ ...row, trace_id: id(cut) }));
        leave(stateDir, id(cut), kept);
        const again = countingWorld(plan, stateDir);
        const resumed = await goOn(plan, { stateDir, traceId: id(cut), world: again });
        const now = rowsIn(stateDir, id(cut));
        assert.is(resumed.kind === "ended" && resumed.status, ended.kind === "ended" && ended.status);
        assert.equal(now.slice(0, cut), kept, `${cut}: a record is gone`);
        assert.equal([...again.done].sort(), world.done.filter((path) => !answeredIn(kept).has(path)).sort(), `${cut}: what was done`);
        assert.equal(shapeOf(now), shapeOf(rows), `${cut}: what is told`);
      }
    }));
}

test("a run that was resumed can be replayed: its answers are those of both processes", () =>
  inFolder(async (stateDir) => {
    const [, plan] = [...plans()].find(([name]) => name === "scatter") ?? [];
    if (!plan) throw new Error("no plan");
    await record(plan, { stateDir, traceId: whole, world: countingWorld(plan, stateDir) });
    const rows = rowsIn(stateDir, whole);
    const half = boundaries(rows)[Math.floor(boundaries(rows).length / 2)] ?? 0;
    leave(stateDir, id(1), rows.slice(0, half));
    const resumed = await goOn(plan, { stateDir, traceId: id(1), world: countingWorld(plan, stateDir) });
    assert.equal(await replay(plan, { stateDir, traceId: id(1), as: id(2) }), resumed);
    const once = rowsIn(stateDir, id(1)).filter(({ kind, segment }) => kind !== "run_started" || segment === 1);
    assert.equal(contentOf(rowsIn(stateDir, id(2))), contentOf(once));
  }));

test("a run killed while it is resumed is resumed again", () =>
  inFolder(async (stateDir) => {
    const [[, plan]] = [...plans()].filter(([name]) => name === "fsm") as [[string, Plan]];
    const world = countingWorld(plan, stateDir);
    await record(plan, { stateDir, traceId: whole, world });
    const rows = rowsIn(stateDir, whole);
    const cuts = boundaries(rows);
    const [early, late] = [cuts[20] ?? 0, cuts[50] ?? 0];
    leave(stateDir, id(1), rows.slice(0, early));
    await goOn(plan, { stateDir, traceId: id(1), world: countingWorld(plan, stateDir) });
    const longer = rowsIn(stateDir, id(1));
    const kept = longer.slice(0, late).map((row) => ({ ...row, trace_id: id(2) }));
    leave(stateDir, id(2), kept);
    const again = countingWorld(plan, stateDir);
    await goOn(plan, { stateDir, traceId: id(2), world: again });
    assert.equal([...again.done].sort(), world.done.filter((path) => !answeredIn(kept).has(path)).sort());
    assert.equal(shapeOf(rowsIn(stateDir, id(2))), shapeOf(rows));
  }));

test("a run that failed goes on once the cause is gone: what went well is kept", () =>
  inFolder(async (stateDir) => {
    const plan = planOf({
      ...agent("main", "pattern: parallel\nworkers: [ann, bob, cat]\non_error: fail"),
      ...oneshots("ann", "bob", "cat"),
    });
    const broken = countingWorld(plan, stateDir, (task) => (task.path.includes("bob") ? fails("model", "down") : null));
    const failed = await record(plan, { stateDir, traceId: whole, world: broken });
    assert.is(failed.kind === "ended" && failed.status, "error");
    const mended = countingWorld(plan, stateDir);
    const resumed = await goOn(plan, { stateDir, traceId: whole, world: mended });
    assert.is(resumed.kind === "ended" && resumed.status, "ok");
    assert.ok(mended.done.some((path) => path.includes("bob")));
    const ok = rowsIn(stateDir, whole).filter(({ kind, status }) => kind === "llm_call" && status === "ok");
    assert.equal(new Set(ok.map(({ path }) => path)).size, ok.length);
    assert.is(ok.length, 3);
  }));

test("a run that keeps failing can be resumed as often as one likes", () =>
  inFolder(async (stateDir) => {
    const plan = planOf({ ...agent("main", "pattern: fsm\ninitial: ann\nstates:\n  ann: bob\n  bob: ~"), ...oneshots("ann", "bob") });
    const says: Says = (task) => (task.path.includes("bob") ? fails("model", "down") : null);
    await record(plan, { stateDir, traceId: whole, world: countingWorld(plan, stateDir, says) });
    for (let time = 0; time < 3; time += 1) {
      const world = countingWorld(plan, stateDir, says);
      const resumed = await goOn(plan, { stateDir, traceId: whole, world });
      assert.equal(failureOf(settledOf(resumed)), { code: "model", message: "down" });
      assert.equal(world.done.length, 1);
    }
    assert.is(rowsIn(stateDir, whole).filter(({ kind }) => kind === "llm_call").length, 5);
  }));

test("failures that were collected, caught or tried again are kept", () =>
  inFolder(async (stateDir) => {
    const plan = planOf({
      ...agent("main", "pattern: fsm\ninitial: all\nstates:\n  all: odd\n  odd: [{'!error': last}, {result: last}]\n  last: ~"),
      ...agent("all", "pattern: parallel\nworkers: [ann, bob]"),
      ...agent("ann", "pattern: oneshot\nretry: {attempts: 2}"),
      ...oneshots("bob", "odd", "last"),
    });
    let isDown = true;
    const says: Says = ({ path }) =>
      path.includes("ann@1") || path.includes("bob") || path.includes("odd") || (isDown && path.includes("last"))
        ? fails("model", "down")
        : null;
    await record(plan, { stateDir, traceId: whole, world: countingWorld(plan, stateDir, says) });
    isDown = false;
    const world = countingWorld(plan, stateDir, says);
    const resumed = await goOn(plan, { stateDir, traceId: whole, world });
    assert.is(outcomeOf(settledOf(resumed)).key, "result");
    assert.equal(
      world.done.map((path) => path.split("/").at(-2)),
      ["last@1"],
    );
  }));

for (const [pattern, files] of [
  ["parallel", { ...agent("main", "pattern: parallel\nworkers: [ann, bob]") }],
  ["debate", { ...agent("main", "pattern: debate\nagents: [ann, bob]\nrounds: 1\njudge: judge"), ...oneshots("judge") }],
] as const) {
  test(`a ${pattern} of which nothing went well asks all of them again`, () =>
    inFolder(async (stateDir) => {
      const plan = planOf({ ...files, ...oneshots("ann", "bob") });
      const says: Says = ({ path }) => (/ann|bob/.test(path) ? fails("model", "down") : null);
      const failed = await record(plan, { stateDir, traceId: whole, world: countingWorld(plan, stateDir, says) });
      assert.is(failed.kind === "ended" && failed.status, "error");
      const world = countingWorld(plan, stateDir);
      const resumed = await goOn(plan, { stateDir, traceId: whole, world });
      assert.is(resumed.kind === "ended" && resumed.status, "ok");
      assert.equal(world.done.filter((path) => /ann|bob/.test(path)).length, 2);
    }));
}

test("where a whole fan-out failed, only what it failed of is done again: neither what a retry made good, nor what was done since", () =>
  inFolder(async (stateDir) => {
    const plan = planOf({
      ...agent("main", "pattern: parallel\nworkers: [ann, outer]"),
      ...agent("ann", "pattern: critic\nretry: {attempts: 2}"),
      ...Object.fromEntries(["draft", "critique", "refine"].map((step) => [`agents/ann/${step}.md`, `The ${step}.\n`])),
      ...agent("outer", "pattern: parallel\nworkers: [bob]"),
      ...agent("bob", "pattern: fsm\ninitial: odd\nstates:\n  odd: [{'!error': good}, {result: good}]\n  good: last\n  last: ~"),
      ...oneshots("odd", "good", "last"),
    });
    const isBad = (path: string) => /ann@1\/draft|ann@2\/refine|odd|last/.test(path);
    const says: Says = ({ path }) => (isBad(path) ? fails("model", "down") : null);
    const failed = await record(plan, { stateDir, traceId: whole, world: countingWorld(plan, stateDir, says) });
    assert.is(failureOf(settledOf(failed)).code, "all-failed");
    const world = countingWorld(plan, stateDir);
    const resumed = await goOn(plan, { stateDir, traceId: whole, world });
    assert.is(resumed.kind === "ended" && resumed.status, "ok");
    assert.equal(world.done.map((path) => path.split("/").slice(-2).join("/")).sort(), ["ann@2/refine:1", "last@1/oneshot:1"]);
  }));

test("a run that ended well is told again, and nothing is done", () =>
  inFolder(async (stateDir) => {
    const plan = planOf(agent("main", "pattern: oneshot"));
    const ended = await record(plan, { stateDir, traceId: whole, world: countingWorld(plan, stateDir) });
    assert.equal(await goOn(plan, { stateDir, traceId: whole, world: nothingWorks }), ended);
  }));

test("a value that is no text is told again as what it was", () =>
  inFolder(async (stateDir) => {
    const plan = planOf(agent("main", "pattern: oneshot\noutput: {score: int}"));
    const ended = await record(plan, { stateDir, traceId: whole, world: countingWorld(plan, stateDir) });
    assert.type(outcomeOf(settledOf(ended)).value, "object");
    assert.equal(await goOn(plan, { stateDir, traceId: whole, world: nothingWorks }), ended);
  }));

test("two resumes at once: one is refused", () =>
  inFolder(async (stateDir) => {
    const plan = planOf(agent("main", "pattern: oneshot"));
    await record(plan, { stateDir, traceId: whole, world: countingWorld(plan, stateDir) });
    leave(stateDir, id(1), rowsIn(stateDir, whole).slice(0, 6));
    const one = openRun(stateDir, id(1));
    const other = openRun(stateDir, id(1));
    assert.is(one.kind, "open");
    assert.is(other.kind === "failed" && other.diagnostic.code, "trace/locked");
    if (one.kind === "open") one.run.log.close();
  }));

test("a log without texts, and one without a beginning, are refused", () =>
  inFolder(async (stateDir) => {
    const plan = planOf(agent("main", "pattern: oneshot"));
    await record(plan, { stateDir, traceId: whole, world: countingWorld(plan, stateDir) });
    const rows = rowsIn(stateDir, whole);
    leave(stateDir, id(1), rows.slice(0, 1));
    leave(
      stateDir,
      id(2),
      rows.map((row) => ({ ...row, text: null })),
    );
    const codes = [id(1), id(2)].map((run) => {
      const opened = openRun(stateDir, run);
      return opened.kind === "failed" ? opened.diagnostic.code : opened.kind;
    });
    assert.equal(codes, ["run/never-began", "run/hashes-only"]);
  }));

const writer = (): Plan => {
  const plan = planOf({ ...agent("main", "pattern: react\ncall: {uses: [files]}"), ...skill("files", ["tama_files_read"]) });
  const tool = plan.tools["tama_files_read"];
  if (!tool) throw new Error("no tool");
  return { ...plan, tools: { ...plan.tools, tama_files_read: { ...tool, effects: ["write"], undo: "irreversible" } } };
};

/** A model that unlocks a tool, calls it, and finishes with what it answered. */
const calling: Says = (task) => {
  if (task.kind === "tool") return { kind: "ok", answer: { kind: "tool", text: "written" }, ...times };
  if (task.kind !== "model") return null;
  const turn = Number(task.path.split(":").at(-1));
  const last = task.messages.at(-1)?.parts[0]?.text ?? "";
  const calls = [
    [{ name: "read_skill", args: '{"name":"files"}' }],
    [{ name: "tama_files_read", args: '{"path":"x"}' }],
    [{ name: "finish", args: JSON.stringify({ key: "done", value: last }) }],
  ][turn - 1];
  return { kind: "ok", answer: { kind: "model", text: "", calls: calls ?? [], finish: "stop", model: "m", usage: null }, ...times };
};
const times = { startUs: 1, endUs: 2, thread: 0, attempts: [] } as const;
const toolPath = "main@1/react:2.1";

test("an effect that may have happened stops the run as uncertain, before anything is done", () =>
  inFolder(async (stateDir) => {
    const plan = writer();
    await record(plan, { stateDir, traceId: whole, world: countingWorld(plan, stateDir, calling) });
    const rows = rowsIn(stateDir, whole);
    const begun = rows.findIndex(({ kind }) => kind === "intent") + 1;
    assert.ok(begun > 0);
    for (const run of [id(1), id(2), id(3)]) leave(stateDir, run, rows.slice(0, begun));

    const stopped = await goOn(plan, { stateDir, traceId: id(1), world: nothingWorks });
    assert.equal(stopped, { kind: "uncertain", calls: [{ path: toolPath, tool: "tama_files_read" }] });
    assert.is(rowsIn(stateDir, id(1)).at(-1)?.status, "uncertain");

    for (const [run, settlement, done, value] of [
      [id(1), "redo", [toolPath, "main@1/react:3"], "written"],
      [id(2), "done", ["main@1/react:3"], "[this call was carried out; what it answered was lost when the run was interrupted]"],
    ] as const) {
      const world = countingWorld(plan, stateDir, calling);
      const resumed = await goOn(plan, { stateDir, traceId: run, world }, { settle: new Map([[toolPath, settlement]]) });
      assert.is(outcomeOf(settledOf(resumed)).value, value);
      assert.equal(world.done, done);
      assert.is(rowsIn(stateDir, run).filter(({ kind }) => kind === "intent").length, 1);
    }
    const stray = await goOn(
      plan,
      { stateDir, traceId: id(3), world: nothingWorks },
      {
        settle: new Map([
          [toolPath, "redo"],
          ["x", "done"],
        ]),
      },
    );
    assert.is(stray.kind === "refused" && stray.diagnostic.code, "run/not-uncertain");
  }));

test("a changed plan: the first task whose content differs is named, and nothing is done; --accept does it again with what follows", () =>
  inFolder(async (stateDir) => {
    const plan = (critique: string) =>
      planOf({
        ...agent("main", "pattern: critic"),
        "agents/main/draft.md": "Draft.\n",
        "agents/main/critique.md": `${critique}\n`,
        "agents/main/refine.md": "Refine.\n",
      });
    const says: Says = ({ path }) => (path.includes("refine") ? fails("model", "down") : null);
    await record(plan("Criticise."), { stateDir, traceId: whole, world: countingWorld(plan("Criticise."), stateDir, says) });
    const refused = await goOn(plan("Praise."), { stateDir, traceId: whole, world: nothingWorks });
    assert.is(
      refused.kind === "refused" && refused.diagnostic.message,
      "the plan asks something else at main@1/critique:1 than what was recorded: its messages[1] (system) differs",
    );
    const world = countingWorld(plan("Praise."), stateDir);
    const resumed = await goOn(plan("Praise."), { stateDir, traceId: whole, world }, { accept: true });
    assert.is(resumed.kind === "ended" && resumed.status, "ok");
    assert.equal(world.done, ["main@1/critique:1", "main@1/refine:1"]);
  }));

test("a plan that only bounds a loop otherwise goes on where it ran out of turns", () =>
  inFolder(async (stateDir) => {
    const plan = (turns: number) => planOf({ ...agent("main", `pattern: react\nmax_iter: ${turns}`) });
    const answer = { kind: "model", text: "", calls: [{ name: "start", args: "{}" }], finish: "stop", model: "m", usage: null } as const;
    const says: Says = ({ path }) => (path.endsWith(":1") ? { kind: "ok", answer, ...times } : null);
    const ended = await record(plan(1), { stateDir, traceId: whole, world: countingWorld(plan(1), stateDir, says) });
    assert.is(failureOf(settledOf(ended)).code, "max-turns");
    const world = countingWorld(plan(5), stateDir, says);
    const resumed = await goOn(plan(5), { stateDir, traceId: whole, world });
    assert.is(resumed.kind === "ended" && resumed.status, "ok");
    assert.equal(world.done, ["main@1/react:2"]);
  }));

test.run();

function oneshots(...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.assign({}, ...names.map((name) => agent(name, "pattern: oneshot")));
}

/** After how many rows a kill is told apart from the one before: texts count with the event that they belong to. */
function boundaries(rows: readonly Row[]): readonly number[] {
  const begun = rows.findIndex(({ kind }) => kind === "run_started");
  return rows.flatMap(({ kind }, index) =>
    index >= begun && index < rows.length - 1 && kind !== "text" && kind !== "message" ? [index + 1] : [],
  );
}

function answeredIn(rows: readonly Row[]): ReadonlySet<string> {
  return new Set(rows.flatMap((row) => (row.content_key !== null && row.kind !== "intent" && row.status === "ok" ? [row.path ?? ""] : [])));
}

/** What happened where, whatever was said: models never say the same twice. */
function shapeOf(rows: readonly Row[]): readonly string[] {
  const told = rows.filter(({ kind }) => kind !== "text" && kind !== "message" && kind !== "run_started");
  return told.map((row) => [row.kind, row.path, row.name, row.status, row.key, row.version, row.overlay].join(" ")).sort();
}

function settledOf(result: Awaited<ReturnType<typeof goOn>>) {
  if (result.kind !== "ended") throw new Error(`the run is ${result.kind}`);
  return result.settled;
}
