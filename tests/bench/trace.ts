/** The cost of an acknowledged event, and of loading rows into DuckDB, against the row-by-row inserts of a plain tracer. */
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { columnNames } from "../../runtime/4-trace/columns.ts";
import { openLog } from "../../runtime/4-trace/log.ts";
import { readRun } from "../../runtime/4-trace/read.ts";
import { createRecorder } from "../../runtime/4-trace/recorder.ts";
import { openStore } from "../../runtime/5-store/store.ts";

/** What this measures. */
export const name = "trace";

const events = 50_000;
const sample = 1_000;
const traceId = "b".repeat(32);

/** Measures, and prints a line per figure. */
export async function run(print: (line: string) => void): Promise<void> {
  const state = mkdtempSync(join(tmpdir(), "tama-bench-"));
  try {
    const floor = writeFloor(join(state, "floor"));
    const perEvent = record(join(state, "runs", traceId));
    print(
      `event of 500 bytes, acknowledged and hashed: ${perEvent.toFixed(1)} us (writing 800 bytes twice, and nothing else: ${floor.toFixed(1)} us, ratio ${(perEvent / floor).toFixed(1)})`,
    );
    await measureLoad(state, print);
  } finally {
    rmSync(state, { recursive: true });
  }
}

/** Microseconds per event to write what the log writes: a line each, and a batch for every 1,024. */
function writeFloor(file: string): number {
  const [lines, batches] = [openSync(`${file}.wal`, "a"), openSync(`${file}.arrow`, "a")];
  const [line, batch] = [Buffer.alloc(800, 97), Buffer.alloc(800 * 1024, 98)];
  const us = perItem(() => {
    for (let index = 1; index <= events; index += 1) {
      writeSync(lines, line);
      if (index % 1024 > 0) continue;
      writeSync(batches, batch);
      ftruncateSync(lines, 0);
    }
  });
  for (const fd of [lines, batches]) closeSync(fd);
  return us;
}

function record(dir: string): number {
  const opened = openLog(dir, traceId);
  if (opened.kind === "failed") throw new Error(opened.diagnostic.message);
  const nowUs = () => Math.round((performance.timeOrigin + performance.now()) * 1000);
  const recorder = createRecorder({ log: opened.log, traceId, nowUs, texts: "full" });
  const body = "abcdefghij".repeat(49);
  const us = perItem(() => {
    for (let index = 0; index < events; index += 1) recorder.text(`${index} ${body}`);
  });
  recorder.close();
  return us;
}

async function measureLoad(state: string, print: (line: string) => void): Promise<void> {
  const inserts = await insertRate(state);
  const opening = await median(() => openMs(join(state, "empty"), 0));
  const loading = await median(() => openMs(state, events));
  const rate = (events * 1000) / (loading - opening);
  const line = `loading ${events} rows, committed: ${Math.round(rate)} rows/s (besides ${Math.round(opening)} ms to make a database)`;
  print(`${line}; inserts row by row: ${Math.round(inserts)} rows/s, ratio ${Math.round(rate / inserts)}`);
}

/** Milliseconds to make the database of a state folder, with all the rows of its logs. */
async function openMs(stateDir: string, rows: number): Promise<number> {
  mkdirSync(stateDir, { recursive: true });
  rmSync(join(stateDir, "tama.duckdb"), { force: true });
  const started = performance.now();
  const store = await openStore({ stateDir, waitMs: 0 });
  const ms = performance.now() - started;
  const counted = await store.query("SELECT count(*) FROM log");
  store.close();
  if (counted.kind === "failed" || counted.rows[0]?.[0] !== rows) throw new Error("the load lost rows");
  return ms;
}

async function median(measure: () => Promise<number>): Promise<number> {
  const times = [await measure(), await measure(), await measure()];
  return times.sort((a, b) => a - b)[1] ?? 0;
}

/** Rows per second by prepared inserts, each a transaction of its own, on a sample. */
async function insertRate(state: string): Promise<number> {
  const made = await openStore({ stateDir: join(state, "none"), waitMs: 0 });
  const ddl = await made.query("SELECT sql FROM duckdb_tables() WHERE table_name = 'log'");
  made.close();
  const instance = await DuckDBInstance.create(join(state, "inserts.duckdb"));
  const connection = await instance.connect();
  await connection.run(String(ddl.kind === "ok" ? ddl.rows[0]?.[0] : ""));
  const insert = await connection.prepare(`INSERT INTO log VALUES (${columnNames.map(() => "?").join(", ")})`);
  const rows = readRun(join(state, "runs", traceId));
  const started = performance.now();
  for (let index = 0; index < sample; index += 1) {
    const row = rows.next().value;
    insert.bind(columnNames.map((column) => row?.[column] ?? null));
    await insert.run();
  }
  const rate = (sample * 1000) / (performance.now() - started);
  connection.closeSync();
  instance.closeSync();
  return rate;
}

function perItem(work: () => void): number {
  const started = performance.now();
  work();
  return ((performance.now() - started) * 1000) / events;
}
