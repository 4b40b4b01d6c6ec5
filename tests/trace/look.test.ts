/** The commands that look closer at runs, compare, export and remove them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { tableFromIPC } from "apache-arrow";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseBytes, parseTime } from "../../runtime/commands/amounts.ts";
import type { Io } from "../../runtime/commands/io.ts";
import { loadCommand } from "../../runtime/commands/load.ts";
import { runsCommand } from "../../runtime/commands/runs.ts";
import { runsDiffCommand } from "../../runtime/commands/runs-diff.ts";
import { runsExportCommand } from "../../runtime/commands/runs-export.ts";
import type { RunsOptions } from "../../runtime/commands/runs-options.ts";
import { runsGcCommand, runsRmCommand } from "../../runtime/commands/runs-remove.ts";
import { runsShowCommand } from "../../runtime/commands/runs-show.ts";
import { agent, planOf } from "../support/plan-of.ts";
import { simulateInto } from "../support/simulate.ts";
import { idOf, newFolder, recordRun, removeFolders, smallRun, startRun, troubledRun } from "./made-run.ts";

const test = suite("looking closer");
test.after(removeFolders);

/** Runs a command and keeps what it says. */
async function run(command: (io: Io) => Promise<number>) {
  const said = { stdout: "", stderr: "" };
  const keep = (stream: "stdout" | "stderr") => (text: string) => {
    said[stream] += text;
  };
  const exit = await command({ color: false, columns: 80, stdout: keep("stdout"), stderr: keep("stderr") });
  return { exit, ...said };
}

/** A small run, one with trouble a minute later, and one that goes on. */
function threeRuns(): string {
  const state = newFolder();
  smallRun(state, idOf("a"), { startUs: 1_600_000_000_000_000 });
  troubledRun(state, idOf("b"));
  startRun(recordRun(state, idOf("c"), { startUs: 1_800_000_000_000_000 }));
  return state;
}

async function idsOf(stateDir: string, options: Partial<RunsOptions>): Promise<readonly string[]> {
  const asked: RunsOptions = { stateDir, format: "json", limit: 20, sort: "newest", status: null, entry: null, sinceMs: null, ...options };
  const { stdout } = await run((io) => runsCommand(asked, io));
  return JSON.parse(stdout).map(({ trace_id }: { trace_id: string }) => trace_id[0]);
}

test("runs are filtered by status, entry and time, and sorted", async () => {
  const state = threeRuns();
  assert.equal(await idsOf(state, {}), ["c", "b", "a"]);
  assert.equal(await idsOf(state, { status: "ok" }), ["b", "a"]);
  assert.equal(await idsOf(state, { status: "running" }), ["c"]);
  assert.equal(await idsOf(state, { entry: "nobody" }), []);
  assert.equal(await idsOf(state, { sinceMs: 1_700_000_000_000, status: "ok" }), ["b"]);
  assert.equal(await idsOf(state, { sort: "oldest" }), ["a", "b", "c"]);
  assert.equal(await idsOf(state, { sort: "longest", limit: 1 }), ["b"]);
  assert.equal(await idsOf(state, { sort: "tokens", limit: 1 }), ["a"]);
});

test("times and sizes are read as people write them", () => {
  const now = 1_700_000_000_000;
  assert.is(parseTime("2h", now), now - 7_200_000);
  assert.is(parseTime("1.5d", now), now - 129_600_000);
  assert.is(parseTime("2026-11-20T18:00Z", now), Date.UTC(2026, 10, 20, 18));
  assert.is(parseTime("2026-11-20", now), new Date(2026, 10, 20).getTime());
  assert.equal(
    ["yesterday", "3y", "", "12", "2026-99-99"].map((text) => parseTime(text, now)),
    [null, null, null, null, null],
  );
  assert.equal(["500MB", "2gb", "1.5 kB", "7"].map(parseBytes), [5e8, 2e9, 1500, 7]);
  assert.equal(["", "MB", "-1", "5TB"].map(parseBytes), [null, null, null, null]);
});

const show = (stateDir: string, word: string, what: "llm" | "summary", options: { all?: boolean; format?: "text" | "json" } = {}) =>
  run((io) => runsShowCommand({ stateDir, run: word, what, all: options.all ?? false, format: options.format ?? "text" }, io));

test("show --llm gives every message once, in order, and the answers", async () => {
  const { stdout } = await show(threeRuns(), "a", "llm");
  assert.is(
    stdout.slice(stdout.indexOf("━━")),
    [
      "━━ writer@1/react:1  small, 20 ms, 120→10 tokens  ok",
      "─ system",
      "  Be brief.",
      "─ user",
      "  Begin.",
      "─ answer",
      '  calls [{"args":"{\\"key\\":\\"k\\",\\"value\\":\\"v\\"}","name":"tama_mem_set"}]',
      "",
      "━━ writer@1/react:2  small, 50 ms, 200→9 tokens  ok",
      "(2 messages as before)",
      "─ assistant",
      '  calls [{"args":"{\\"key\\":\\"k\\",\\"value\\":\\"v\\"}","id":"t1.1","name":"tama_mem_set"}]',
      "─ tool t1.1",
      "  stored 'k'",
      "─ answer",
      "  All done.",
      "",
    ].join("\n"),
  );
});

test("show --llm --all repeats what was sent again, and JSON has every request whole", async () => {
  const state = threeRuns();
  assert.is((await show(state, "a", "llm", { all: true })).stdout.match(/Be brief\./g)?.length, 2);
  const calls = JSON.parse((await show(state, "a", "llm", { format: "json" })).stdout);
  assert.equal(
    calls.map(({ messages }: { messages: { role: string }[] }) => messages.map(({ role }) => role)),
    [
      ["system", "user"],
      ["system", "user", "assistant", "tool"],
    ],
  );
});

test("a text that a run did not keep is said to be missing, and one that would steer the terminal does not", async () => {
  const state = newFolder();
  smallRun(state, idOf("a"), { texts: "hash" });
  assert.match((await show(state, "a", "llm")).stdout, "(the run kept no texts)");
  const recorder = recordRun(state, idOf("d"));
  startRun(recorder);
  const parts = [{ kind: "text", text: "a\u001b[2Jb\n\tc" }] as const;
  recorder.event({ kind: "llm_call", path: "writer@1/ask:1", status: "ok", input_hash: recorder.messages([{ role: "user", parts }]) });
  recorder.flush();
  assert.match((await show(state, "d", "llm")).stdout, "  a�[2Jb\n        c".replace("        ", "  \t"));
});

test("a line that is wider than the terminal is broken under its first word", async () => {
  const state = newFolder();
  const recorder = recordRun(state, idOf("d"));
  startRun(recorder);
  const parts = [{ kind: "text", text: `- ${"word ".repeat(20).trim()}\n\n    ${"x".repeat(90)} y` }] as const;
  recorder.event({ kind: "llm_call", path: "writer@1/ask:1", status: "ok", input_hash: recorder.messages([{ role: "user", parts }]) });
  recorder.flush();
  const { stdout } = await show(state, "d", "llm");
  const words = (count: number) => "word ".repeat(count).trim();
  assert.match(stdout, `\n  - ${words(15)}\n    ${words(5)}\n\n      ${"x".repeat(90)}\n      y\n`);
});

test("show --summary has the fields of the view, and a line per agent", async () => {
  const state = threeRuns();
  const { stdout } = await show(state, "b", "summary");
  for (const line of ["status                                done", "tools_used                            tama_bash, tama_mem_set"])
    assert.match(stdout, line);
  assert.match(stdout, /^writer +2 +5 +2 +46 +23 +41 ms$/m);
  const json = JSON.parse((await show(state, "b", "summary", { format: "json" })).stdout);
  assert.equal([json.llm_calls, json.tool_rejections, json.agents.length], [5, 2, 2]);
});

const news = planOf({
  ...agent("main", "pattern: fsm\ninitial: write\nstates:\n  write: check\n  check: ~"),
  ...agent("write", "pattern: parallel\nworkers: [first, second]"),
  ...agent("first", "pattern: oneshot"),
  ...agent("second", "pattern: react"),
  ...agent("check", "pattern: critic"),
  "agents/check/draft.md": "Draft.",
  "agents/check/critique.md": "Critique.",
  "agents/check/refine.md": "Refine.",
});

const diff = (stateDir: string, a: string, b: string, format: "text" | "json" = "text") =>
  run((io) => runsDiffCommand({ stateDir, a, b, format }, io));

test("two runs of the simulator with one seed have no difference", async () => {
  const state = newFolder();
  for (const digit of ["a", "b"]) await simulateInto(state, { plan: news, task: "News.", traceId: idOf(digit) });
  const { exit, stdout, stderr } = await diff(state, "a", "b");
  assert.equal([exit, stdout], [0, ""]);
  assert.match(stderr, "no difference");
  assert.equal(JSON.parse((await diff(state, "a", "b", "json")).stdout).differences, []);
});

test("runs with different tasks differ in inputs and outputs, by path", async () => {
  const state = newFolder();
  await simulateInto(state, { plan: news, task: "News.", traceId: idOf("a") });
  await simulateInto(state, { plan: news, task: "Old news.", traceId: idOf("b") });
  const { stdout } = await diff(state, "a", "b");
  assert.match(stdout, /^main@1 \(agent:main:fsm\)\n {2}run_started input: News\. \| Old news\.$/m);
  assert.match(stdout, /^main@1\/loop\[1\]\/states\/write@1\/workers\/first@1 \(agent:first:oneshot\)$/m);
  assert.ok(stdout.split("\n").every((line) => [...line].length <= 80));
});

/** A run that takes a way: states one after the other, and how each ends. */
function wayOf(state: string, id: string, way: readonly string[], usd: number | null = null): void {
  const recorder = recordRun(state, id);
  recorder.event({ kind: "run_started", path: "main@1", input_hash: recorder.text("Go."), detail: '{"entry":"main"}' });
  for (const [index, key] of way.entries()) {
    const path = `main@1/loop[${index + 1}]/states/check@1`;
    const tokens = { input_tokens: 10 + key.length, output_tokens: 1 };
    recorder.event({ kind: "span_started", path, parent: "main@1", name: "agent:check:oneshot", span_kind: "agent" });
    recorder.event({
      kind: "llm_call",
      path: `${path}/ask:1`,
      parent: path,
      name: "llm:oneshot",
      span_kind: "llm",
      status: "ok",
      cost_usd: usd,
      ...tokens,
    });
    recorder.event({ kind: "span_ended", path, status: "ok", key });
  }
  recorder.event({ kind: "run_ended", path: "main@1", status: "ok", key: way.at(-1) ?? "" });
  recorder.close();
}

test("a diff tells routes, tokens and times, and what only one run did", async () => {
  const state = newFolder();
  wayOf(state, idOf("a"), ["approve"]);
  wayOf(state, idOf("b"), ["revise", "approve"]);
  const { stdout } = await diff(state, "a", "b");
  assert.is(
    stdout.slice(stdout.indexOf("\n\n") + 2),
    [
      "main@1/loop[1]/states/check@1 (agent:check:oneshot)",
      "  route: approve | revise",
      "  time: 10 ms | 10 ms",
      "main@1/loop[1]/states/check@1/ask:1 (llm:oneshot)",
      "  tokens in: 17 | 16",
      "only in B: main@1/loop[2]/states/check@1 (agent:check:oneshot) and 1 below it",
      "",
    ].join("\n"),
  );
});

test("a path in a diff stands whole, however long: its end tells it apart", async () => {
  const state = newFolder();
  const path = `main@1/${"workers/a-name-of-some-length@1/".repeat(4)}check@1`;
  for (const [digit, keys] of [
    ["a", ["yes"]],
    ["b", ["no", "no"]],
  ] as const) {
    const recorder = recordRun(state, idOf(digit));
    recorder.event({ kind: "run_started", path: "main@1", detail: '{"entry":"main"}' });
    for (const [index, key] of keys.entries())
      recorder.event({ kind: "tool_call", path: `${path}:${index}`, name: "tool:x", span_kind: "tool", status: "ok", key });
    recorder.close();
  }
  const { stdout } = await diff(state, "a", "b");
  assert.match(stdout, `\n${path}:0 (tool:x)\n  route: yes | no\n`);
  assert.match(stdout, `\nonly in B: ${path}:1 (tool:x)\n`);
});

test("a diff tells what the same tokens cost at another price, and runs are sorted by cost", async () => {
  const state = newFolder();
  wayOf(state, idOf("a"), ["approve"], 0.25);
  wayOf(state, idOf("b"), ["approve"], 0.5);
  wayOf(state, idOf("c"), ["approve"]);
  const { stdout } = await diff(state, "a", "b");
  assert.match(stdout, /^A {2}a{12} {2}ok {2}main, 2[05] ms, 17→1 tokens, \$0\.25$/m);
  assert.match(stdout, /^main@1\/loop\[1\]\/states\/check@1\/ask:1 \(llm:oneshot\)\n {2}cost: \$0\.25 \| \$0\.50$/m);
  assert.match((await diff(state, "a", "c")).stdout, "cost: $0.25 | no price is told");
  assert.equal(await idsOf(state, { sort: "cost" }), ["b", "a", "c"]);
});

const exported = (stateDir: string, format: "arrow" | "parquet" | "jsonl", output: string | null = null) =>
  run((io) => runsExportCommand({ stateDir, cwd: stateDir, run: "a", format, output }, io));

test("an exported run has all rows, in each format, also while it goes on", async () => {
  const state = newFolder();
  const recorder = recordRun(state, idOf("a"));
  startRun(recorder);
  recorder.flush();
  recorder.text("not sealed");
  for (const format of ["arrow", "parquet", "jsonl"] as const) assert.is((await exported(state, format)).exit, 0);
  const file = (format: string) => join(state, `run-aaaaaaaa.${format}`);
  const table = tableFromIPC(readFileSync(file("arrow")));
  assert.equal([...(table.getChild("seq") ?? [])].map(Number), [1, 2, 3, 4]);
  assert.is(table.getChild("text")?.get(3), "not sealed");
  const lines = readFileSync(file("jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal([lines.length, lines[3].text, "model" in lines[3]], [4, "not sealed", false]);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const rows = await connection.runAndReadAll(`SELECT count(*)::INTEGER, max(text) FROM '${file("parquet")}'`);
  assert.equal(rows.getRows(), [[4, "not sealed"]]);
  connection.closeSync();
  instance.closeSync();
});

test("a file that cannot be written is told", async () => {
  const state = newFolder();
  smallRun(state, idOf("a"));
  for (const format of ["arrow", "parquet", "jsonl"] as const) {
    const { exit, stderr } = await exported(state, format, join(state, "no", "where"));
    assert.is(exit, 1);
    assert.match(stderr, "runs/not-exported");
  }
});

const folders = (state: string) => readdirSync(join(state, "runs")).map((name) => name[0]);

test("rm removes runs, but with one that is going on among them none", async () => {
  const state = threeRuns();
  const refused = await run((io) => runsRmCommand({ stateDir: state, runs: ["a", "c"] }, io));
  assert.is(refused.exit, 1);
  assert.match(refused.stderr, `is being written by process ${process.pid}`);
  assert.equal(folders(state), ["a", "b", "c"]);
  assert.is((await run((io) => runsRmCommand({ stateDir: state, runs: ["a", "b"] }, io))).exit, 0);
  assert.equal(folders(state), ["c"]);
  assert.equal(await idsOf(state, {}), ["c"]);
});

test("rm removes a run that ended before its first event", async () => {
  const state = threeRuns();
  mkdirSync(join(state, "runs", idOf("e")));
  assert.is((await run((io) => runsRmCommand({ stateDir: state, runs: ["e", "a"] }, io))).exit, 0);
  assert.equal(folders(state), ["b", "c"]);
});

/** Sets the times of a run's files. */
function touch(state: string, digit: string, seconds: number): void {
  const dir = join(state, "runs", idOf(digit));
  for (const name of readdirSync(dir)) utimesSync(join(dir, name), seconds, seconds);
}

test("gc removes by age and by size, oldest first, but nothing that is going on", async () => {
  const state = threeRuns();
  smallRun(state, idOf("d"));
  for (const [digit, seconds] of [
    ["c", 1000],
    ["a", 2000],
    ["b", 3000],
    ["d", 4000],
  ] as const)
    touch(state, digit, seconds);
  const gc = (options: { beforeMs?: number; maxBytes?: number; dryRun?: boolean }) =>
    run((io) => runsGcCommand({ stateDir: state, beforeMs: null, maxBytes: null, dryRun: false, ...options }, io));
  assert.match((await gc({ beforeMs: 2_500_000, dryRun: true })).stderr, /^would remove 1 run \(\d.*\); 3 runs stay/);
  assert.equal(folders(state), ["a", "b", "c", "d"]);
  await gc({ beforeMs: 2_500_000 });
  assert.equal(folders(state), ["b", "c", "d"]);
  await gc({ maxBytes: 1e9 });
  assert.equal(folders(state), ["b", "c", "d"]);
  await gc({ maxBytes: 40_000 });
  assert.equal(folders(state), ["c", "d"]);
  await gc({ maxBytes: 0 });
  assert.equal(folders(state), ["c"]);
});

test("gc with artifacts counts them, and an empty project is nothing to it", async () => {
  const state = newFolder();
  smallRun(state, idOf("a"));
  mkdirSync(join(state, "runs", idOf("a"), "artifacts"));
  writeFileSync(join(state, "runs", idOf("a"), "artifacts", "x"), Buffer.alloc(1_000_000));
  const { stderr } = await run((io) => runsGcCommand({ stateDir: state, beforeMs: null, maxBytes: 0, dryRun: true }, io));
  assert.match(stderr, "would remove 1 run (1.0 MB)");
  const none = await run((io) => runsGcCommand({ stateDir: newFolder(), beforeMs: null, maxBytes: 0, dryRun: false }, io));
  assert.match(none.stderr, "removed 0 runs (0 B)");
});

test("load makes the database, mends a damaged one, and says what it has", async () => {
  const state = newFolder();
  smallRun(state, idOf("a"));
  const file = join(state, "tama.duckdb");
  const load = (rebuild = false) => run((io) => loadCommand({ stateDir: state, rebuild }, io));
  assert.match((await load()).stderr, "up to date: 1 runs, 23 rows");
  assert.ok(existsSync(file));
  writeFileSync(file, "damaged");
  const mended = await load();
  assert.is(mended.exit, 0);
  assert.match(mended.stderr, /warning\[store\/unusable\][\s\S]*rebuilt: 1 runs, 23 rows/);
  assert.match((await load(true)).stderr, "rebuilt: 1 runs, 23 rows");
});

test.run();
