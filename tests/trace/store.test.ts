import { execFile, spawn } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Json } from "../../compiler/ir/json.ts";
import { columnNames } from "../../runtime/4-trace/columns.ts";
import { readRun } from "../../runtime/4-trace/read.ts";
import { arrowFile, walFile } from "../../runtime/4-trace/segments.ts";
import { loadRuns, openStore, rebuildStore, type Store } from "../../runtime/5-store/store.ts";
import { endRun, eventOf, idOf, mustOpen, newFolder, recordRun, removeFolders, rewriteLines, smallRun, startRun } from "./made-run.ts";

const test = suite("store");
test.after(removeFolders);
const root = fileURLToPath(new URL("../..", import.meta.url));
const runNode = promisify(execFile);

async function rowsOf(store: Store, sql: string): Promise<readonly Readonly<Record<string, Json>>[]> {
  const result = await store.query(sql);
  if (result.kind === "failed") throw new Error(result.diagnostic.message);
  return result.rows.map((row) => Object.fromEntries(result.columns.map((name, index) => [name, row[index] ?? null])));
}

/** Opens, asks once, closes. */
async function ask(stateDir: string, sql: string): Promise<readonly Readonly<Record<string, Json>>[]> {
  const store = await openStore({ stateDir, waitMs: 5000 });
  try {
    return await rowsOf(store, sql);
  } finally {
    store.close();
  }
}

const checksum = `SELECT count(*) AS n, bit_xor(hash(${columnNames.map((name) => `"${name}"`).join(", ")}))::VARCHAR AS sum FROM`;

test("the bulk path stores what an insert of every value by name stores", async () => {
  const state = newFolder();
  const dir = join(state, "runs", idOf("a"));
  const log = mustOpen(dir, idOf("a"));
  for (let index = 1; index <= 1400; index += 1) log.append(eventOf(index));
  const store = await openStore({ stateDir: state, waitMs: 0 });
  const [loaded] = await rowsOf(store, `${checksum} log`);
  const table = await DuckDBInstance.create(":memory:").then((instance) => instance.connect());
  await store.query("SELECT 1");
  const definition = await rowsOf(store, "SELECT sql FROM duckdb_tables() WHERE table_name = 'log'");
  await table.run(String(definition[0]?.["sql"]));
  const insert = await table.prepare(`INSERT INTO log VALUES (${columnNames.map(() => "?").join(", ")})`);
  await table.run("BEGIN TRANSACTION");
  for (const row of readRun(dir)) {
    insert.bind(columnNames.map((name) => row[name]));
    await insert.run();
  }
  await table.run("COMMIT");
  const [inserted] = (await table.runAndReadAll(`${checksum} log`)).getRowObjectsJson();
  assert.is(loaded?.["n"], 1400);
  assert.equal({ ...loaded, n: 0 }, { ...inserted, n: 0 });
  table.closeSync();
  store.close();
  log.close();
});

test("rows that come later are loaded later, each once", async () => {
  const state = newFolder();
  const log = mustOpen(join(state, "runs", idOf("a")), idOf("a"));
  let appended = 0;
  for (const count of [5, 1500, 0, 700, 1]) {
    for (const until = appended + count; appended < until; ) appended = log.append(eventOf(appended + 1));
    const [row] = await ask(state, "SELECT count(*) AS n, count(DISTINCT seq) AS d, max(seq) AS m FROM log");
    assert.equal(row, { n: appended, d: appended, m: appended });
  }
  log.close();
  assert.equal(await ask(state, "SELECT count(*) AS n FROM log"), [{ n: appended }]);
});

test("the tables of the Rust tama have its columns first", async () => {
  const expected = {
    runs: ["trace_id", "timestamp", "entrypoint", "task", "status", "output", "duration_ms"],
    spans: ["span_id", "parent_span_id", "prev_span_id", "node_id", "trace_id", "name", "kind", "start_ms", "end_ms", "seq"],
    llm_calls: [
      "span_id",
      "trace_id",
      "model",
      "temperature",
      "system_prompt",
      "response",
      "input_tokens",
      "output_tokens",
      "duration_ms",
      "role",
    ],
    tool_calls: ["span_id", "trace_id", "tool_name", "args_json", "result", "duration_ms"],
    action_log: ["seq", "span_id", "tool_name", "key", "old_value"],
  };
  const store = await openStore({ stateDir: newFolder(), waitMs: 0 });
  for (const [view, columns] of Object.entries(expected)) {
    const found = await rowsOf(store, `DESCRIBE ${view}`);
    assert.equal(
      found.slice(0, columns.length).map((row) => row["column_name"]),
      columns,
      view,
    );
  }
  store.close();
});

test("a small run is told whole by the views", async () => {
  const state = newFolder();
  smallRun(state, idOf("a"));
  const store = await openStore({ stateDir: state, waitMs: 0 });
  assert.equal(
    await rowsOf(
      store,
      "SELECT entrypoint, task, status, output, key, llm_calls, tool_calls, input_tokens, cached_tokens, output_tokens, reasoning_tokens, plan FROM runs",
    ),
    [
      {
        entrypoint: "writer",
        task: "Write a line.\nOr two.",
        status: "ok",
        output: "All done.",
        key: "done",
        llm_calls: 2,
        tool_calls: 1,
        input_tokens: 300,
        cached_tokens: 20,
        output_tokens: 16,
        reasoning_tokens: 3,
        plan: "sha256:00",
      },
    ],
  );
  assert.equal(await rowsOf(store, "SELECT name, kind, status, end_ms - start_ms AS ms FROM spans ORDER BY seq"), [
    { name: "agent:writer:react", kind: "agent", status: "ok", ms: 95 },
    { name: "llm:react_1", kind: "llm", status: "ok", ms: 20 },
    { name: "tool:tama_mem_set", kind: "tool", status: "ok", ms: 1 },
    { name: "llm:react_2", kind: "llm", status: "ok", ms: 50 },
  ]);
  assert.equal(
    await rowsOf(
      store,
      "SELECT model, temperature, system_prompt, response, input_tokens, role, json_array_length(calls) AS calls FROM llm_calls ORDER BY seq",
    ),
    [
      { model: "small", temperature: 0.5, system_prompt: "Be brief.", response: "", input_tokens: 100, role: "thinker", calls: 1 },
      { model: "small", temperature: 0.5, system_prompt: "Be brief.", response: "All done.", input_tokens: 200, role: "thinker", calls: 0 },
    ],
  );
  assert.equal(await rowsOf(store, "SELECT tool_name, args_json, result, duration_ms FROM tool_calls"), [
    { tool_name: "tama_mem_set", args_json: '{"key":"k","value":"v"}', result: "stored 'k'", duration_ms: 1 },
  ]);
  assert.equal(await rowsOf(store, "SELECT a.tool_name, a.key, a.old_value, s.name FROM action_log a JOIN spans s USING (span_id)"), [
    { tool_name: "tama_mem_set", key: "k", old_value: null, name: "agent:writer:react" },
  ]);
  assert.equal(await rowsOf(store, "SELECT count(*) AS n FROM spans s WHERE parent_span_id IN (SELECT span_id FROM spans)"), [{ n: 3 }]);
  assert.equal(await rowsOf(store, "SELECT role, content, call FROM messages ORDER BY content"), [
    { role: "assistant", content: "", call: null },
    { role: "system", content: "Be brief.", call: null },
    { role: "user", content: "Begin.", call: null },
    { role: "tool", content: "stored 'k'", call: "t1.1" },
  ]);
  assert.equal(await rowsOf(store, "SELECT kind, count(*) AS n FROM events GROUP BY kind ORDER BY kind"), [
    { kind: "llm_call", n: 2 },
    { kind: "run_ended", n: 1 },
    { kind: "run_started", n: 1 },
    { kind: "span_ended", n: 1 },
    { kind: "span_started", n: 1 },
    { kind: "state_set", n: 1 },
    { kind: "tool_call", n: 1 },
  ]);
  store.close();
});

test("two runs with the same texts do not multiply each other's rows", async () => {
  const state = newFolder();
  for (const digit of ["a", "b", "c"]) smallRun(state, idOf(digit));
  assert.equal(
    await ask(
      state,
      "SELECT (SELECT count(*) FROM runs) AS runs, (SELECT count(*) FROM llm_calls) AS llm, (SELECT count(*) FROM tool_calls) AS tool, (SELECT count(*) FROM spans) AS spans, (SELECT count(*) FROM action_log) AS actions",
    ),
    [{ runs: 3, llm: 6, tool: 3, spans: 12, actions: 3 }],
  );
});

test("texts kept as hashes leave every view standing", async () => {
  const state = newFolder();
  smallRun(state, idOf("a"), { texts: "hash" });
  assert.equal(await ask(state, "SELECT task, output, status, (SELECT count(response) FROM llm_calls) AS responses FROM runs"), [
    { task: null, output: null, status: "ok", responses: 0 },
  ]);
});

test("a run without an end is running while its process lives, and interrupted after", async () => {
  const state = newFolder();
  const recorder = recordRun(state, idOf("a"));
  startRun(recorder);
  assert.equal(await ask(state, "SELECT status, output FROM runs"), [{ status: "running", output: null }]);
  const file = walFile(join(state, "runs", idOf("a")), 1);
  rewriteLines(file, (line) => line.replace(`"pid":${process.pid}`, '"pid":999999999'));
  assert.equal(await ask(state, "SELECT status FROM runs"), [{ status: "interrupted" }]);
});

test("a resumed run goes on, and its last end counts", async () => {
  const state = newFolder();
  const first = recordRun(state, idOf("a"));
  startRun(first);
  first.event({ kind: "run_ended", path: "writer@1", status: "error", code: "model", message: "no answer" });
  first.close();
  assert.equal(await ask(state, "SELECT status, code FROM runs"), [{ status: "error", code: "model" }]);
  const second = recordRun(state, idOf("a"), { startUs: 1_800_000_000_000_000 });
  startRun(second);
  assert.equal(await ask(state, "SELECT status, code, segments FROM runs"), [{ status: "running", code: null, segments: 2 }]);
  endRun(second, "better");
  assert.equal(await ask(state, "SELECT status, code, output, duration_ms < 1000 AS active FROM runs"), [
    { status: "ok", code: null, output: "better", active: true },
  ]);
  assert.equal(await ask(state, "SELECT count(*) AS n FROM spans"), [{ n: 1 }]);
});

test("a run can be loaded by itself: the others, and those that are gone, are seen to by who looks", async () => {
  const state = newFolder();
  for (const name of ["a", "b", "c"]) smallRun(state, idOf(name));
  const options = { stateDir: state, waitMs: 5000 };
  const inFile = async () => {
    const database = await DuckDBInstance.create(join(state, "tama.duckdb"), { access_mode: "READ_ONLY" });
    const connection = await database.connect();
    const rows = (await connection.runAndReadAll("SELECT DISTINCT trace_id FROM log ORDER BY 1")).getRows();
    connection.closeSync();
    database.closeSync();
    return rows.flat();
  };
  assert.equal(await loadRuns({ ...options, run: idOf("b") }), []);
  assert.equal(await inFile(), [idOf("b")]);
  rmSync(join(state, "runs", idOf("b")), { recursive: true });
  assert.equal(await loadRuns({ ...options, run: idOf("c") }), []);
  assert.equal(await inFile(), [idOf("b"), idOf("c")]);
  assert.equal(await ask(state, "SELECT DISTINCT trace_id FROM log ORDER BY 1"), [{ trace_id: idOf("a") }, { trace_id: idOf("c") }]);
});

test("a run whose log is gone is forgotten", async () => {
  const state = newFolder();
  for (const digit of ["a", "b"]) smallRun(state, idOf(digit));
  assert.equal(await ask(state, "SELECT count(*) AS n FROM runs"), [{ n: 2 }]);
  rmSync(join(state, "runs", idOf("a")), { recursive: true });
  assert.equal(await ask(state, "SELECT trace_id FROM runs"), [{ trace_id: idOf("b") }]);
});

test("numbers that JSON cannot hold, lists, structs and times come out as text or JSON", async () => {
  const state = newFolder();
  const [row] = await ask(
    state,
    "SELECT 9007199254740993::BIGINT AS big, 12::HUGEINT AS huge, [1, 2]::BIGINT[] AS list, {a: 1::BIGINT} AS struct, map {'k': 1} AS map, DATE '2024-02-01' AS day, 1.25::DECIMAL(5,2) AS dec, 'nan'::DOUBLE AS nan",
  );
  assert.equal(row, {
    big: "9007199254740993",
    huge: 12,
    list: [1, 2],
    struct: { a: 1 },
    map: [{ key: "k", value: 1 }],
    day: "2024-02-01",
    dec: 1.25,
    nan: "NaN",
  });
});

test("a folder without runs is not made, and is empty", async () => {
  const state = join(newFolder(), "none");
  const store = await openStore({ stateDir: state, waitMs: 0 });
  assert.is(store.place, "memory");
  assert.equal(store.warnings, []);
  assert.equal(await rowsOf(store, "SELECT * FROM runs"), []);
  store.close();
});

test("a damaged database is told, left alone, and answered for from the logs", async () => {
  const state = newFolder();
  smallRun(state, idOf("a"));
  writeFileSync(join(state, "tama.duckdb"), "not a database, whatever its name".repeat(500));
  const store = await openStore({ stateDir: state, waitMs: 0 });
  assert.is(store.place, "memory");
  assert.equal(
    store.warnings.map(({ code, severity }) => [code, severity]),
    [["store/unusable", "warning"]],
  );
  assert.equal(await rowsOf(store, "SELECT status FROM runs"), [{ status: "ok" }]);
  store.close();
  assert.match(readFileSync(join(state, "tama.duckdb"), "utf8"), "not a database");
});

test("the database of another tama is made anew", async () => {
  const state = newFolder();
  smallRun(state, idOf("a"));
  const instance = await DuckDBInstance.create(join(state, "tama.duckdb"));
  const connection = await instance.connect();
  await connection.run("CREATE TABLE log (seq INTEGER); CREATE TABLE loaded (run VARCHAR); CREATE VIEW runs AS SELECT 1 AS one FROM log");
  connection.closeSync();
  instance.closeSync();
  assert.equal(await ask(state, "SELECT status FROM runs"), [{ status: "ok" }]);
});

test("a change of the schema loses no row", async () => {
  const state = newFolder();
  for (const digit of ["a", "b"]) smallRun(state, idOf(digit));
  const [before] = await ask(state, `${checksum} log`);
  const instance = await DuckDBInstance.create(join(state, "tama.duckdb"));
  const connection = await instance.connect();
  await connection.run(
    "ALTER TABLE log ADD COLUMN gone INTEGER; ALTER TABLE log DROP COLUMN detail; COMMENT ON TABLE loaded IS 'of another time'",
  );
  connection.closeSync();
  instance.closeSync();
  assert.equal(await ask(state, `${checksum} log`), [before]);
  assert.equal(before?.["n"], 46);
});

test("the log of a newer tama is told and left out", async () => {
  const state = newFolder();
  smallRun(state, idOf("a"));
  const newer = join(state, "runs", idOf("b"));
  mkdirSync(newer, { recursive: true });
  writeFileSync(walFile(newer, 1), `${JSON.stringify({ "tama.log": 9, owner: { pid: 1, start: "" }, columns: ["seq"] })}\n[1]\n`);
  const store = await openStore({ stateDir: state, waitMs: 0 });
  assert.equal(
    store.warnings.map(({ code }) => code),
    ["trace/newer-log"],
  );
  assert.equal(await rowsOf(store, "SELECT trace_id FROM runs"), [{ trace_id: idOf("a") }]);
  store.close();
});

test("rows that follow a damage are left out, and that is told when the log is read", async () => {
  const state = newFolder();
  smallRun(state, idOf("a"));
  const file = arrowFile(join(state, "runs", idOf("a")), 1);
  const bytes = readFileSync(file);
  bytes[bytes.length - 40] = (bytes[bytes.length - 40] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  const store = await openStore({ stateDir: state, waitMs: 0 });
  assert.equal(
    store.warnings.map(({ code }) => code),
    ["trace/damaged-log"],
  );
  assert.equal(await rowsOf(store, "SELECT count(*) AS n FROM log"), [{ n: 0 }]);
  store.close();
});

test("what DuckDB says of a query is one line", async () => {
  const store = await openStore({ stateDir: newFolder(), waitMs: 0 });
  const result = await store.query("selct 1");
  assert.match(result.kind === "failed" ? result.diagnostic.message : "", /syntax error at or near "selct" LINE 1: selct 1$/);
  store.close();
});

test("a query that fails gives DuckDB's message", async () => {
  const store = await openStore({ stateDir: newFolder(), waitMs: 0 });
  const result = await store.query("SELECT nothing FROM nowhere");
  assert.is(result.kind === "failed" && result.diagnostic.code, "store/failed-query");
  assert.match(result.kind === "failed" ? result.diagnostic.message : "", "nowhere");
  store.close();
});

test("two processes that load at once both end up in the database", async () => {
  const state = newFolder();
  for (const digit of ["a", "b", "c"]) smallRun(state, idOf(digit));
  const script = join(root, "tests/trace/load-runs.ts");
  const load = () => runNode(process.execPath, ["--import", "tsx", script, state], { cwd: root });
  const [one, two] = await Promise.all([load(), load()]);
  assert.equal([one.stdout.trim(), two.stdout.trim()], ["[]", "[]"]);
  assert.equal(
    await ask(
      state,
      "SELECT count(*) AS rows, count(DISTINCT trace_id || seq) AS distinct_rows, count(DISTINCT trace_id) AS runs FROM log",
    ),
    [{ rows: 69, distinct_rows: 69, runs: 3 }],
  );
});

test("while another process loads the database, the logs answer", async () => {
  const state = newFolder();
  smallRun(state, idOf("a"));
  const holder = spawn(process.execPath, ["--import", "tsx", join(root, "tests/trace/hold-database.ts"), state, "loading"], {
    cwd: root,
    stdio: ["pipe", "pipe", "inherit"],
  });
  await new Promise((resolve) => holder.stdout.once("data", resolve));
  smallRun(state, idOf("b"));
  const store = await openStore({ stateDir: state, waitMs: 60 });
  assert.is(store.place, "memory");
  assert.equal(
    store.warnings.map(({ code }) => code),
    ["store/busy"],
  );
  assert.equal(await rowsOf(store, "SELECT count(*) AS n FROM runs"), [{ n: 2 }]);
  store.close();
  const waiting = openStore({ stateDir: state, waitMs: 20_000 });
  holder.stdin.end();
  const opened = await waiting;
  assert.is(opened.place, "file");
  assert.equal(await rowsOf(opened, "SELECT count(*) AS n FROM runs"), [{ n: 2 }]);
  opened.close();
});

/** Makes a database read-only, opens it as somebody who is bound by that, and gives what came of it. */
async function openedReadOnly(state: string): Promise<{ place: string; codes: readonly string[]; rows: { rows: Json } }> {
  const modes = [
    ["tama.duckdb", 0o444, 0o644],
    [".", 0o555, 0o755],
  ] as const;
  for (const [path, mode] of modes) chmodSync(join(state, path), mode);
  const uid = process.getuid?.() === 0 ? 65534 : process.getuid?.();
  const { stdout } = await runNode(process.execPath, ["--import", "tsx", join(root, "tests/trace/load-runs.ts"), state, String(uid)], {
    cwd: root,
  });
  for (const [path, , mode] of modes) chmodSync(join(state, path), mode);
  return JSON.parse(stdout);
}

test("a database that cannot be written is read where it lacks nothing, and answered for from the logs where it does", async () => {
  const state = newFolder();
  smallRun(state, idOf("a"));
  await ask(state, "SELECT 1");
  const whole = await openedReadOnly(state);
  assert.equal([whole.place, whole.codes, whole.rows.rows], ["file", [], [[1]]]);
  smallRun(state, idOf("b"));
  const behind = await openedReadOnly(state);
  assert.equal([behind.place, behind.codes, behind.rows.rows], ["memory", ["store/unusable"], [[2]]]);
});

test("a query cannot change the database", async () => {
  const state = newFolder();
  smallRun(state, idOf("a"));
  const store = await openStore({ stateDir: state, waitMs: 0 });
  for (const sql of ["DELETE FROM log", "DROP TABLE loaded", "COMMIT; BEGIN; CREATE TABLE mine (x INTEGER)", "UPDATE loaded SET seq = 1"]) {
    const result = await store.query(sql);
    assert.is(result.kind, "failed", sql);
  }
  store.close();
  assert.equal(await ask(state, "SELECT status FROM runs"), [{ status: "ok" }]);
});

test("several read the database at once", async () => {
  const state = newFolder();
  smallRun(state, idOf("a"));
  await ask(state, "SELECT 1");
  const holder = spawn(process.execPath, ["--import", "tsx", join(root, "tests/trace/hold-database.ts"), state, "reading"], {
    cwd: root,
    stdio: ["pipe", "pipe", "inherit"],
  });
  await new Promise((resolve) => holder.stdout.once("data", resolve));
  const store = await openStore({ stateDir: state, waitMs: 0 });
  assert.equal([store.place, store.warnings], ["file", []]);
  store.close();
  holder.stdin.end();
});

test("a rebuilt database has what the logs have, whatever was in its place", async () => {
  const state = newFolder();
  smallRun(state, idOf("a"));
  const sum = `${checksum} log`;
  const [before] = await ask(state, sum);
  for (const damage of [
    () => writeFileSync(join(state, "tama.duckdb"), "not a database"),
    () => rmSync(join(state, "tama.duckdb")),
    () => writeFileSync(join(state, "tama.duckdb"), readFileSync(join(state, "tama.duckdb")).subarray(0, 20_000)),
    () => undefined,
  ]) {
    damage();
    assert.equal(await rebuildStore({ stateDir: state, waitMs: 0 }), []);
    assert.equal(await ask(state, sum), [before]);
  }
});

test.run();
