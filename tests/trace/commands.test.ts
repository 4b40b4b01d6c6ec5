import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runsCommand } from "../../runtime/commands/runs.ts";
import type { RunsOptions } from "../../runtime/commands/runs-options.ts";
import { type RunsShowOptions, runsShowCommand } from "../../runtime/commands/runs-show.ts";
import { sqlCommand } from "../../runtime/commands/sql.ts";
import { take } from "../../runtime/session/errors.ts";
import { createSession } from "../../runtime/session/session.ts";
import { ticks } from "../support/sessions.ts";
import { idOf, newFolder, recordRun, removeFolders, smallRun, startRun } from "./made-run.ts";

const test = suite("runs and sql");
test.after(removeFolders);

/** Runs a command and keeps what it says. With `onTerminal` stdout is one, with colours. */
async function run(command: (io: Parameters<typeof runsCommand>[1]) => Promise<number>, columns = 80, onTerminal = false) {
  const said = { stdout: "", stderr: "" };
  const exit = await command({
    color: true,
    columns,
    ...(onTerminal ? { page: { color: true } } : {}),
    stdout: (text) => {
      said.stdout += text;
    },
    stderr: (text) => {
      said.stderr += text;
    },
  });
  return { exit, ...said };
}

const show = (stateDir: string, word: string, options: Partial<Pick<RunsShowOptions, "all" | "format" | "what">> = {}) =>
  run((io) => runsShowCommand({ stateDir, run: word, all: false, format: "text", what: "spans", ...options }, io));

const list = (stateDir: string, options: Partial<RunsOptions> = {}, columns = 80) =>
  run(
    (io) => runsCommand({ stateDir, format: "text", limit: 20, sort: "newest", status: null, entry: null, sinceMs: null, ...options }, io),
    columns,
  );

/** Two runs, a minute apart. */
function twoRuns(): string {
  const state = newFolder();
  smallRun(state, `1${idOf("a").slice(1)}`);
  smallRun(state, `1${idOf("b").slice(1)}`, { startUs: 1_700_000_060_000_000 });
  return state;
}

test("runs lists the newest first, and fits the terminal", async () => {
  const { exit, stdout, stderr } = await list(twoRuns(), {}, 70);
  assert.is(exit, 0);
  assert.is(stderr, "");
  assert.is(
    stdout.replace(/\d\d-\d\d \d\d:\d\d/g, "11-14 22:13"),
    [
      "RUN       WHEN         STATUS  ENTRY     TIME  TOKENS  TASK",
      "1bbbbbbb  11-14 22:13  ok      writer  110 ms  320→19  Write a line. …",
      "1aaaaaaa  11-14 22:13  ok      writer  110 ms  320→19  Write a line. …",
      "",
    ].join("\n"),
  );
});

test("runs as JSON is an array with the columns of `runs`, at most as many as asked for", async () => {
  const { stdout } = await list(twoRuns(), { format: "json", limit: 1 });
  const runs = JSON.parse(stdout);
  assert.is(runs.length, 1);
  assert.is(runs[0].trace_id, `1${idOf("b").slice(1)}`);
  assert.equal(Object.keys(runs[0]).slice(0, 7), ["trace_id", "timestamp", "entrypoint", "task", "status", "output", "duration_ms"]);
  assert.is(runs[0].timestamp, 1_700_000_060_010);
});

test("no runs: an empty array for machines, a word for people", async () => {
  const stateDir = newFolder();
  assert.equal(await list(stateDir, { format: "json" }), { exit: 0, stdout: "[]\n", stderr: "" });
  const told = await list(stateDir);
  assert.is(told.stdout, "");
  assert.match(told.stderr, "no runs yet");
});

test("show draws the tree of spans with times and tokens", async () => {
  const { exit, stdout } = await show(twoRuns(), "last");
  assert.is(exit, 0);
  assert.is(
    stdout,
    [
      `run 1${idOf("b").slice(1)}  ok`,
      "writer, 110 ms, 320→19 tokens",
      "task    Write a line. Or two.",
      "output  All done.",
      "",
      "SPAN                     TIME     TOKENS  0                                95 ms",
      "agent:writer:react      95 ms     320→19  ──────────────────────────────────────",
      "├─ llm:react_1          20 ms     120→10    ━━━━━━━━",
      "├─ tool:tama_mem_set     1 ms                       ━",
      "└─ llm:react_2          50 ms      200→9                ━━━━━━━━━━━━━━━━━━━━",
      "",
    ].join("\n"),
  );
});

test("show of a session, in which no agent worked, is its head alone", async () => {
  const state = newFolder();
  take(take(createSession({ stateDir: state, id: idOf("d"), nowUs: ticks() })).close());
  assert.equal((await show(state, "last")).stdout.trimEnd().split("\n"), [`run ${idOf("d")}  ok`, "session, 0 ms"]);
});

test("show takes any beginning of an id that is one run's own", async () => {
  const state = twoRuns();
  assert.match((await show(state, "1A")).stdout, `run 1${idOf("a").slice(1)}`);
  const ambiguous = await show(state, "1");
  assert.is(ambiguous.exit, 1);
  assert.match(ambiguous.stderr, "1bbbbbbbbbbb, 1aaaaaaaaaaa");
  const unknown = await show(state, "f");
  assert.is(unknown.exit, 1);
  assert.match(unknown.stderr, "no run's id begins with `f`");
  assert.match((await show(newFolder(), "last")).stderr, "no run yet");
  assert.match((await show(state, "%")).stderr, "no run's id begins with `%`");
});

test("show as JSON gives the run and its spans", async () => {
  const { run: head, spans } = JSON.parse((await show(twoRuns(), "1a", { format: "json" })).stdout);
  assert.is(head.status, "ok");
  assert.equal(spans.map((span: { name: string }) => span.name).sort(), [
    "agent:writer:react",
    "llm:react_1",
    "llm:react_2",
    "tool:tama_mem_set",
  ]);
});

/** A run that fans out 30 times, fails twice, and does not end. */
function wideRun(): string {
  const state = newFolder();
  const recorder = recordRun(state, idOf("c"));
  startRun(recorder);
  for (let item = 1; item <= 30; item += 1) {
    const path = `writer@1/map[${item}]/worker@1`;
    recorder.event({
      kind: "span_started",
      path,
      parent: "writer@1",
      prev: "writer@1",
      name: "agent:worker:oneshot",
      span_kind: "agent",
      iteration: item,
    });
    recorder.event({
      kind: "llm_call",
      path: `${path}/ask:1`,
      parent: path,
      name: "llm:oneshot",
      span_kind: "llm",
      status: "ok",
      input_tokens: 10,
      output_tokens: 1,
    });
    const ended =
      item % 15 === 0 ? ({ status: "failed", code: "model", message: "the server is down" } as const) : ({ status: "ok" } as const);
    recorder.event({ kind: "span_ended", path, ...ended });
  }
  recorder.flush();
  return state;
}

test("a wide fan-out is one line with a count, and says what failed in it", async () => {
  const { stdout } = await show(wideRun(), "last");
  const tree = stdout.slice(stdout.indexOf("SPAN"));
  assert.match(tree, /└─ agent:worker:oneshot ×30 .* 300→30 .*\n +2 failed: the server is down\n/);
  assert.is(tree.trimEnd().split("\n").length, 5);
  assert.match(stdout, "running");
});

test("with --all each span has its line, none wider than the terminal", async () => {
  const { stdout } = await show(wideRun(), "last", { all: true });
  assert.is(stdout.match(/agent:worker:oneshot/g)?.length, 30);
  assert.is(stdout.match(/failed: the server is down/g)?.length, 2);
  assert.ok(stdout.split("\n").every((line) => [...line].length <= 80));
});

test("what a model wrote cannot steer the terminal", async () => {
  const state = newFolder();
  const recorder = recordRun(state, idOf("d"));
  recorder.event({ kind: "run_started", path: "x@1", input_hash: recorder.text("\u001b[2Jgone"), detail: '{"entry":"x"}' });
  recorder.close();
  for (const { stdout } of [await show(state, "last"), await list(state)]) {
    assert.not.match(stdout, "\u001b");
    assert.match(stdout, "interrupted");
  }
});

const sql = (stateDir: string, query: string, format: "table" | "json" | "csv") => run((io) => sqlCommand({ stateDir, query, format }, io));

test("sql prints a table, JSON or CSV", async () => {
  const state = twoRuns();
  const query = "SELECT name, count(*) AS n, NULL AS none, 'a, \"b\"' AS quoted FROM spans GROUP BY name ORDER BY name LIMIT 2";
  assert.is(
    (await sql(state, query, "table")).stdout,
    'name                n  none  quoted\n----                -  ----  ------\nagent:writer:react  2        a, "b"\nllm:react_1         2        a, "b"\n',
  );
  assert.is((await sql(state, query, "csv")).stdout, 'name,n,none,quoted\nagent:writer:react,2,,"a, ""b"""\nllm:react_1,2,,"a, ""b"""\n');
  assert.equal(JSON.parse((await sql(state, query, "json")).stdout)[0], { name: "agent:writer:react", n: 2, none: null, quoted: 'a, "b"' });
});

test("on a terminal, rows that are wider than it stand as blocks; in a file they stay a table", async () => {
  const state = twoRuns();
  const query = "SELECT 'a' AS one, repeat('b', 50) AS number_two, NULL AS three FROM range(2)";
  const wide = (onTerminal: boolean) => run((io) => sqlCommand({ stateDir: state, query, format: "table" }, io), 40, onTerminal);
  const block = ["one         a", `number_two  ${"b".repeat(27)}…`, "three"];
  assert.is((await wide(true)).stdout, ["━━ 1", ...block, "━━ 2", ...block, ""].join("\n"));
  assert.match((await wide(false)).stdout, /^one {2}number_two/);
});

test("a table is as wide as what it shows: a wide character takes two columns", async () => {
  const { stdout } = await sql(twoRuns(), "SELECT unnest(['東京', 'e\u0301t\u00e9', 'abcd']) AS word, 1 AS n", "table");
  assert.is(stdout, "word  n\n----  -\n東京  1\ne\u0301t\u00e9   1\nabcd  1\n");
});

test("colours are for terminals: stdout has none where it is a file, whatever stderr is", async () => {
  const state = twoRuns();
  const listed = (onTerminal: boolean) =>
    run(
      (io) => runsCommand({ stateDir: state, format: "text", limit: 20, sort: "newest", status: null, entry: null, sinceMs: null }, io),
      80,
      onTerminal,
    );
  assert.match((await listed(true)).stdout, "\u001b[32mok");
  assert.not.match((await listed(false)).stdout, "\u001b");
});

test("sql with a query that fails exits 1 with DuckDB's message", async () => {
  const { exit, stdout, stderr } = await sql(twoRuns(), "SELECT nmae FROM spans", "json");
  assert.is(exit, 1);
  assert.is(stdout, "");
  assert.match(stderr, "nmae");
});

test("a warning about the database goes to stderr and the answer to stdout", async () => {
  const state = newFolder();
  smallRun(state, idOf("a"));
  mkdirSync(join(state, "tama.duckdb"));
  writeFileSync(join(state, "tama.duckdb", "x"), "");
  const { exit, stdout, stderr } = await sql(state, "SELECT count(*) AS n FROM runs", "csv");
  assert.equal([exit, stdout], [0, "n\n1\n"]);
  assert.match(stderr, "cannot be used");
});

test.run();
