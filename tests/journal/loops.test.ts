/** Loops that are guarded and shortened: recorded, killed, resumed and replayed, they do the same. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Plan } from "../../compiler/ir/plan.ts";
import { startClock } from "../../runtime/3-task/clock.ts";
import type { RunModel } from "../../runtime/3-task/task.ts";
import type { Row } from "../../runtime/4-trace/columns.ts";
import type { Executor } from "../../runtime/executors/executor.ts";
import { inlineExecutor } from "../../runtime/executors/inline.ts";
import { threadExecutor } from "../../runtime/executors/threads.ts";
import { agent, planOf, skill } from "../support/plan-of.ts";
import { contentOf, goOn, inFolder, leave, nothingWorks, record, replay, rowsIn, type World } from "../support/recorded-runs.ts";
import { simModel } from "../support/tasks.ts";

const test = suite("loops in the journal");
const [first, second, third] = ["a", "b", "c"].map((digit) => digit.repeat(32)) as [string, string, string]; // three of three

/** Three agents side by side that go in circles, with a model that takes little at once. */
const plan: Plan = planOf({
  "tama.toml":
    '[project]\nname = "loops"\nentrypoint = "main"\n[models.default]\nname = "openai:tiny"\ncontext_tokens = 2000\nmax_tokens = 200\n[limits]\nitems = 5\n',
  ...agent("main", "pattern: parallel\nworkers: [ann, bob, cat]"),
  ...Object.assign({}, ...["ann", "bob", "cat"].map((name) => agent(name, "pattern: react\nmax_iter: 40\ncall: {uses: [notes]}"))),
  ...skill("notes", ["tama_files_read", "tama_mem_append", "tama_mem_get"]),
});

/** What the agents say, turn by turn. What stands beside calls is the summary, where one is asked for. */
function scenario(): string {
  const calls = (text: string, ...list: readonly (readonly [name: string, args: object])[]) =>
    JSON.stringify({ text, calls: list.map(([name, args]) => ({ name: `tama_${name}`, args })) });
  const turns = (name: string) => {
    const same = calls(`${name} looks again`, ["files_read", { path: "letter" }], ["files_read", { path: "letter" }]);
    const notes = (index: number) =>
      calls(
        `${name} is at ${index}`,
        ["mem_append", { key: "log", item: `${name} ${index} ${"x".repeat(150)}` }],
        ["mem_get", { key: "log" }],
      );
    return [same, same, ...Array.from({ length: 14 }, (_, index) => notes(index)), same, same, "{finish: {value: over}}"];
  };
  const agents = ["ann", "bob", "cat"].map(
    (name) =>
      `  ${name}:\n${turns(name)
        .map((turn) => `    - ${turn}`)
        .join("\n")}`,
  );
  return `agents:\n${agents.join("\n")}\n`;
}

/** Runs `use` in a state folder with a letter in it, beside the models of the scenario. */
function withScenario(use: (at: { stateDir: string; models: Readonly<Record<string, RunModel>> }) => Promise<void>) {
  return inFolder(async (stateDir) => {
    const file = join(stateDir, "scenario.yaml");
    writeFileSync(file, scenario());
    writeFileSync(join(stateDir, "letter"), "Dear reader, ".repeat(60));
    const model = { ...simModel, provider: "scripted", name: file, maxTokens: 200 };
    await use({ stateDir, models: Object.fromEntries(Object.keys(plan.models).map((id) => [id, model])) });
  });
}

function worldOf(stateDir: string, threads: number | null): World {
  const data = { env: {}, projectDir: stateDir, bundles: plan.texts, clock: startClock() };
  const executor: Executor =
    threads === null ? inlineExecutor(data) : threadExecutor({ ...data, ioThreads: threads, cpuThreads: 1, warm: [] });
  return { ...nothingWorks, executor };
}

const count = (rows: readonly Row[], kind: string, detail = "") =>
  rows.filter((row) => row.kind === kind && row.detail?.includes(detail)).length;

test("1, 2 and 8 threads guard and shorten alike, and a replay tells the same", () =>
  withScenario(async ({ stateDir, models }) => {
    const run = (traceId: string, threads: number) => record(plan, { stateDir, traceId, world: worldOf(stateDir, threads) }, { models });
    const ended = await run(first, 1);
    assert.is(ended.kind === "ended" && ended.status, "ok");
    const rows = rowsIn(stateDir, first);
    for (const kind of ["warn", "block", "skip"]) assert.ok(count(rows, "loop_intervention", `"${kind}"`) > 0, kind);
    for (const method of ["results", "summary"]) assert.ok(count(rows, "context_compaction", `"${method}"`) > 0, method);
    for (const [traceId, threads] of [
      [second, 2],
      [third, 8],
    ] as const) {
      assert.equal(await run(traceId, threads), ended);
      assert.equal(contentOf(rowsIn(stateDir, traceId)), contentOf(rows));
    }
    const as = "d".repeat(32);
    assert.equal(await replay(plan, { stateDir, traceId: first, as }), ended);
    assert.equal(contentOf(rowsIn(stateDir, as)), contentOf(rows));
  }));

test("killed after any event and resumed, it ends as it would have, and tells nothing twice", () =>
  withScenario(async ({ stateDir, models }) => {
    const ended = await record(plan, { stateDir, traceId: first, world: worldOf(stateDir, null) }, { models });
    const rows = rowsIn(stateDir, first);
    const begun = rows.findIndex(({ kind }) => kind === "run_started") + 1;
    for (let length = begun; length < rows.length - 1; length += Math.ceil(rows.length / 9)) {
      const traceId = length.toString(16).padStart(32, "e");
      leave(
        stateDir,
        traceId,
        rows.slice(0, length).map((row) => ({ ...row, trace_id: traceId })),
      );
      assert.equal(await goOn(plan, { stateDir, traceId, world: worldOf(stateDir, null) }, { models }), ended);
      const told = rowsIn(stateDir, traceId).filter(({ kind, segment }) => kind !== "run_started" || segment === 1);
      assert.equal(contentOf(told), contentOf(rows), `cut after ${length} events`);
    }
  }));

test.run();
