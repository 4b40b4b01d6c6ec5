import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { sequence } from "../4-trace/batch.ts";
import { readBatches, refusal } from "../4-trace/read.ts";
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

/** Compares the database with the logs under `runsDir`. */
export async function pending(connection: DuckDBConnection, runsDir: string): Promise<Pending> {
  const loaded = await readLoaded(connection);
  const present = existsSync(runsDir)
    ? readdirSync(runsDir, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
    : [];
  const changes = present.flatMap((id) => changeOf(runsDir, id, loaded.get(id)));
  return {
    gone: [...loaded.keys()].filter((id) => !present.includes(id)),
    changed: changes.filter(({ refused }) => refused === null),
    refused: changes.flatMap(({ refused }) => refused ?? []),
  };
}

/** Whether the database has what the logs have. */
export function isNothing({ gone, changed }: Pending): boolean {
  return gone.length === 0 && changed.length === 0;
}

/** Brings the database up to the logs, rows and watermarks in one transaction. */
export async function loadPending(connection: DuckDBConnection, todo: Pending): Promise<void> {
  if (isNothing(todo)) return;
  await connection.run("BEGIN TRANSACTION");
  for (const id of todo.gone) await forget(connection, id, ["log", "loaded"]);
  for (const change of todo.changed) await loadRun(connection, change);
  await connection.run("COMMIT");
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

async function loadRun(connection: DuckDBConnection, { id, dir, before, stamp, live }: Change): Promise<void> {
  let last = before?.seq ?? 0;
  await appendSlices(connection, readBatches(dir, last), ({ batch }) => {
    last = Number(sequence(batch).at(-1));
  });
  await forget(connection, id, ["loaded"]);
  await connection.run("INSERT INTO loaded VALUES (?, ?, ?, ?)", [id, last, stamp, live]);
}

async function forget(connection: DuckDBConnection, id: string, tables: readonly string[]): Promise<void> {
  for (const table of tables) await connection.run(`DELETE FROM ${table} WHERE trace_id = ?`, [id]);
}

async function readLoaded(connection: DuckDBConnection): Promise<ReadonlyMap<string, Loaded>> {
  const reader = await connection.runAndReadAll("SELECT trace_id, seq, stamp, live FROM loaded");
  return new Map(
    reader.getRows().map(([id, seq, stamp, live]) => [String(id), { seq: Number(seq), stamp: String(stamp), live: live === true }]),
  );
}
