import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { traceDamagedLog } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { sequence } from "../4-trace/batch.ts";
import { readBatches, refusal, type Slice } from "../4-trace/read.ts";
import { ownerOf, stampOf } from "../4-trace/segments.ts";
import { appendSlices } from "./fill.ts";

interface Loaded {
  readonly seq: number;
  readonly stamp: string;
  readonly live: boolean;
}

/** What a database lacks, and has too much. */
export interface Pending {
  /** Runs whose logs are no longer there. */
  readonly gone: readonly string[];
  readonly changed: readonly Change[];
  /** Why logs that cannot be read are left out. */
  readonly refused: readonly Diagnostic[];
}

/** Compares the database with the logs under `runsDir`, or with that of one run, which is there. */
export async function pending(connection: DuckDBConnection, runsDir: string, run: string | null): Promise<Pending> {
  const loaded = await readLoaded(connection, run);
  const present = new Set(run === null ? runsUnder(runsDir) : [run]);
  const changes = [...present].flatMap((id) => changeOf(runsDir, id, loaded.get(id)));
  return {
    gone: [...loaded.keys()].filter((id) => !present.has(id)),
    changed: changes.filter(({ refused }) => refused === null),
    refused: changes.flatMap(({ refused }) => refused ?? []),
  };
}

function runsUnder(runsDir: string): readonly string[] {
  if (!existsSync(runsDir)) return [];
  return readdirSync(runsDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** Whether the database has what the logs have. */
export function isNothing({ gone, changed }: Pending): boolean {
  return gone.length === 0 && changed.length === 0;
}

/**
 * Brings the database up to the logs, rows and watermarks in one transaction: all runs by one appender, whose end costs more than a small
 * run. Gives what was left out: logs that cannot be read, and what follows a damage.
 */
export async function loadPending(connection: DuckDBConnection, todo: Pending): Promise<readonly Diagnostic[]> {
  if (isNothing(todo)) return todo.refused;
  await connection.run("BEGIN TRANSACTION");
  await forget(connection, "log", todo.gone);
  const last = new Map(todo.changed.map(({ id, before }) => [id, before?.seq ?? 0]));
  const damaged: Diagnostic[] = [];
  await appendSlices(connection, slicesOf(todo.changed, { last, damaged }));
  await forget(connection, "loaded", [...todo.gone, ...last.keys()]);
  await noteLoaded(connection, todo.changed, last);
  await connection.run("COMMIT");
  return [...todo.refused, ...damaged];
}

interface Change {
  readonly id: string;
  readonly dir: string;
  readonly refused: Diagnostic | null;
  /** What the database has. */
  readonly before: Loaded | undefined;
  /** What the log was before it was read: rows that come later make it differ again. */
  readonly stamp: string;
  readonly live: boolean;
}

function changeOf(runsDir: string, id: string, before: Loaded | undefined): readonly Change[] {
  const dir = join(runsDir, id);
  const stamp = stampOf(dir);
  if (stamp === "" || (before?.stamp === stamp && !before.live)) return [];
  const live = ownerOf(dir) !== null;
  if (before?.stamp === stamp && before.live === live) return [];
  return [{ id, dir, before, stamp, live, refused: refusal(dir) }];
}

/** The new rows of the runs; `last` follows up to which row each has been read, `damaged` tells of those that cannot all be. */
function* slicesOf(
  changed: readonly Change[],
  { last, damaged }: { readonly last: Map<string, number>; readonly damaged: Diagnostic[] },
): Generator<Slice> {
  for (const { id, dir, before } of changed) {
    const slices = readBatches(dir, before?.seq);
    let next = slices.next();
    for (; !next.done; next = slices.next()) {
      yield next.value;
      last.set(id, Number(sequence(next.value.batch).at(-1)));
    }
    if (next.value === "damaged") damaged.push(traceDamagedLog(null, { dir, row: last.get(id) ?? 0 }));
  }
}

async function noteLoaded(connection: DuckDBConnection, changed: readonly Change[], last: ReadonlyMap<string, number>): Promise<void> {
  const appender = await connection.createAppender("loaded");
  for (const { id, stamp, live } of changed) {
    appender.appendVarchar(id);
    appender.appendBigInt(BigInt(last.get(id) ?? 0));
    appender.appendVarchar(stamp);
    appender.appendBoolean(live);
    appender.endRow();
  }
  appender.closeSync();
}

async function forget(connection: DuckDBConnection, table: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await connection.run(`DELETE FROM ${table} WHERE trace_id IN (SELECT unnest(from_json(?, '["VARCHAR"]')))`, [JSON.stringify(ids)]);
}

/** What was loaded, of one run or of all. */
async function readLoaded(connection: DuckDBConnection, run: string | null): Promise<ReadonlyMap<string, Loaded>> {
  const reader = await connection.runAndReadAll("SELECT trace_id, seq, stamp, live FROM loaded WHERE trace_id = ? OR ? IS NULL", [
    run,
    run,
  ]);
  return new Map(
    reader.getRows().map(([id, seq, stamp, live]) => [String(id), { seq: Number(seq), stamp: String(stamp), live: live === true }]),
  );
}
