import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { storeBusy, storeFailedQuery, storeUnusable } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { ddl, ddlVersion } from "./ddl.ts";
import { isNothing, loadPending, pending } from "./load.ts";
import type { LoadOptions, QueryResult, Store, StoreOptions } from "./store.ts";
import { toJson } from "./values.ts";

/** An open database. */
interface Database {
  readonly connection: DuckDBConnection;
  readonly close: () => void;
}

type Attempt<T> = { readonly kind: "ok"; readonly value: T } | { readonly kind: "failed"; readonly diagnostic: Diagnostic };

/** See `openStore`. */
export async function open({ stateDir, waitMs }: StoreOptions): Promise<Store> {
  const attempt = existsSync(stateDir) ? await whileBusy(fileOf(stateDir), waitMs, () => openFile(stateDir)) : null;
  if (attempt?.kind === "ok") return attempt.value;
  const { connection, close } = await connect(":memory:", "READ_WRITE");
  const warnings = await fill(connection, stateDir, null);
  return storeOn({ connection, close }, "memory", [...(attempt === null ? [] : [attempt.diagnostic]), ...warnings]);
}

/** See `loadRuns`. */
export async function load({ stateDir, waitMs, run }: LoadOptions): Promise<readonly Diagnostic[]> {
  mkdirSync(stateDir, { recursive: true });
  const attempt = await whileBusy(fileOf(stateDir), waitMs, () => fillFile(stateDir, run ?? null));
  return attempt.kind === "failed" ? [attempt.diagnostic] : attempt.value;
}

/** See `rebuildStore`. */
export async function rebuild(options: StoreOptions): Promise<readonly Diagnostic[]> {
  const file = fileOf(options.stateDir);
  const attempt = await whileBusy(file, options.waitMs, async () => {
    if (existsSync(file)) await holdAlone(file);
    for (const name of [file, `${file}.wal`]) rmSync(name, { force: true });
  });
  return attempt.kind === "failed" ? [attempt.diagnostic] : load(options);
}

function fileOf(stateDir: string): string {
  return join(stateDir, "tama.duckdb");
}

/** Tries again while another process has the file. */
async function whileBusy<T>(file: string, waitMs: number, attempt: () => Promise<T>): Promise<Attempt<T>> {
  const until = performance.now() + waitMs;
  for (;;) {
    try {
      return { kind: "ok", value: await attempt() };
    } catch (error) {
      if (!isBusy(error)) return { kind: "failed", diagnostic: storeUnusable(null, { file, reason: firstLine(reasonOf(error)) }) };
      if (performance.now() >= until) return { kind: "failed", diagnostic: storeBusy(null, { file }) };
      await setTimeout(25);
    }
  }
}

/** The file, for reading only; what it lacks is loaded before. Where it lacks nothing, many processes can read it at once. */
async function openFile(stateDir: string): Promise<Store> {
  const file = fileOf(stateDir);
  if (existsSync(file)) {
    const database = await connect(file, "READ_ONLY");
    const todo = await closingOnError(database, async () =>
      (await isOurs(database)) ? pending(database.connection, runsIn(stateDir), null) : null,
    );
    if (todo && isNothing(todo)) return storeOn(database, "file", todo.refused);
    database.close();
  }
  const warnings = await fillFile(stateDir, null);
  return storeOn(await connect(file, "READ_ONLY"), "file", warnings);
}

/** Brings the file up to the logs, or to that of one run. */
async function fillFile(stateDir: string, run: string | null): Promise<readonly Diagnostic[]> {
  const database = await connect(fileOf(stateDir), "READ_WRITE");
  const warnings = await closingOnError(database, () => fill(database.connection, stateDir, run));
  database.close();
  return warnings;
}

async function fill(connection: DuckDBConnection, stateDir: string, run: string | null): Promise<readonly Diagnostic[]> {
  await ensureTables(connection);
  const todo = await pending(connection, runsIn(stateDir), run);
  return loadPending(connection, todo);
}

/** Fails where another process has the file. What is no database is held by nobody. */
async function holdAlone(file: string): Promise<void> {
  try {
    (await connect(file, "READ_WRITE")).close();
  } catch (error) {
    if (isBusy(error)) throw error;
  }
}

function storeOn({ connection, close }: Database, place: Store["place"], warnings: readonly Diagnostic[]): Store {
  return { place, warnings, query: (sql, values) => query(connection, sql, values ?? []), close };
}

async function closingOnError<T>(database: Database, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    database.close();
    throw error;
  }
}

function runsIn(stateDir: string): string {
  return join(stateDir, "runs");
}

function isBusy(error: unknown): boolean {
  return /could not set lock|conflicting lock/i.test(reasonOf(error));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function connect(file: string, mode: "READ_ONLY" | "READ_WRITE"): Promise<Database> {
  const instance = await DuckDBInstance.create(file, { access_mode: mode });
  const connection = await instance.connect();
  const close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  return { connection, close };
}

/** Whether this tama made the tables. */
async function isOurs({ connection }: Pick<Database, "connection">): Promise<boolean> {
  const found = await connection.runAndReadAll("SELECT comment FROM duckdb_tables() WHERE table_name = 'loaded' AND schema_name = 'main'");
  return found.getRows()[0]?.[0] === ddlVersion;
}

/** Makes the tables. Those of another version go: all that they hold is in the logs. */
async function ensureTables(connection: DuckDBConnection): Promise<void> {
  if (await isOurs({ connection })) return;
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
    return {
      kind: "failed",
      diagnostic: storeFailedQuery(null, { reason: oneLine(error instanceof Error ? error.message : String(error)) }),
    };
  }
}

/** A message's lines as one, without the line that only points below the query's. */
function oneLine(message: string): string {
  const lines = message.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "" && !/^\^[\^~]*$/.test(line)).join(" ");
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
