import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { storeBusy, storeFailedQuery, storeUnusable } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { ddl, ddlVersion } from "./ddl.ts";
import { loadMissing } from "./load.ts";
import type { QueryResult, Store, StoreOptions } from "./store.ts";
import { toJson } from "./values.ts";

/** An open database. */
interface Database {
  readonly connection: DuckDBConnection;
  readonly close: () => void;
}

type Attempt<T> = { readonly kind: "ok"; readonly value: T } | { readonly kind: "failed"; readonly diagnostic: Diagnostic };

/** See `openStore`. */
export async function open({ stateDir, waitMs }: StoreOptions): Promise<Store> {
  const fromFile = existsSync(stateDir) ? await openFile(stateDir, waitMs) : null;
  if (fromFile?.kind === "ok") return fromFile.value;
  const opened = await loaded(":memory:", stateDir);
  return { ...opened, place: "memory", warnings: [...(fromFile === null ? [] : [fromFile.diagnostic]), ...opened.warnings] };
}

/** See `loadRuns`. */
export async function load({ stateDir, waitMs }: StoreOptions): Promise<readonly Diagnostic[]> {
  mkdirSync(stateDir, { recursive: true });
  const opened = await openFile(stateDir, waitMs);
  if (opened.kind === "failed") return [opened.diagnostic];
  opened.value.close();
  return opened.value.warnings;
}

/** Opens the file, and waits while another process has it. */
async function openFile(stateDir: string, waitMs: number): Promise<Attempt<Store>> {
  const file = join(stateDir, "tama.duckdb");
  const until = performance.now() + waitMs;
  for (;;) {
    try {
      return { kind: "ok", value: await loaded(file, stateDir) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const isBusy = /could not set lock|conflicting lock/i.test(reason);
      if (!isBusy) return { kind: "failed", diagnostic: storeUnusable(null, { file, reason: firstLine(reason) }) };
      if (performance.now() >= until) return { kind: "failed", diagnostic: storeBusy(null, { file }) };
      await setTimeout(25);
    }
  }
}

/** A database that has all that the logs have. */
async function loaded(file: string, stateDir: string): Promise<Store> {
  const { connection, close } = await connect(file);
  try {
    await ensureTables(connection);
    const warnings = await loadMissing(connection, join(stateDir, "runs"));
    return { place: "file", warnings, query: (sql, values) => query(connection, sql, values ?? []), close };
  } catch (error) {
    close();
    throw error;
  }
}

async function connect(file: string): Promise<Database> {
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  const close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  return { connection, close };
}

/** Makes the tables. Those of another version go: all that they hold is in the logs. */
async function ensureTables(connection: DuckDBConnection): Promise<void> {
  const found = await connection.runAndReadAll("SELECT comment FROM duckdb_tables() WHERE table_name = 'loaded' AND schema_name = 'main'");
  if (found.getRows()[0]?.[0] === ddlVersion) return;
  await connection.run("BEGIN TRANSACTION");
  for (const kind of ["VIEW", "TABLE"]) {
    const names = await connection.runAndReadAll(
      `SELECT ${kind.toLowerCase()}_name FROM duckdb_${kind.toLowerCase()}s() WHERE schema_name = 'main' AND NOT internal`,
    );
    for (const [name] of names.getRows()) await connection.run(`DROP ${kind} "${String(name)}"`);
  }
  await connection.run(`${ddl}; COMMENT ON TABLE loaded IS '${ddlVersion}'; COMMIT`);
}

async function query(connection: DuckDBConnection, sql: string, values: readonly string[]): Promise<QueryResult> {
  try {
    const reader = await connection.runAndReadAll(sql, [...values]);
    return { kind: "ok", columns: reader.deduplicatedColumnNames(), rows: reader.getRows().map((row) => row.map(toJson)) };
  } catch (error) {
    return { kind: "failed", diagnostic: storeFailedQuery(null, { reason: error instanceof Error ? error.message : String(error) }) };
  }
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
