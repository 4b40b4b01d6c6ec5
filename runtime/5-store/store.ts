/** The database over all runs of a project. DuckDB is loaded when it is first asked for. */
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import type { Json } from "../../compiler/ir/json.ts";

export interface StoreOptions {
  /** The project's state folder: the logs are under `runs/`, the database is `tama.duckdb`. */
  readonly stateDir: string;
  /** How long to wait while another process has the database. */
  readonly waitMs: number;
}

export interface LoadOptions extends StoreOptions {
  /** The one run to load, in a time that does not grow with how many there are; without it all of them. */
  readonly run?: string;
}

/** Rows of a query, each value as JSON, or DuckDB's complaint. */
export type QueryResult =
  | { readonly kind: "ok"; readonly columns: readonly string[]; readonly rows: readonly (readonly Json[])[] }
  | { readonly kind: "failed"; readonly diagnostic: Diagnostic };

/** An open database that had all rows of the logs when it was opened. A `file` is open for reading only; others can read it, too, but load nothing until it is closed. */
export interface Store {
  readonly place: "file" | "memory";
  /** Why it is in memory, and which logs it could not read. */
  readonly warnings: readonly Diagnostic[];
  /** Runs statements, `values` in place of `?`; the last one's rows. */
  readonly query: (sql: string, values?: readonly string[]) => Promise<QueryResult>;
  readonly close: () => void;
}

/** Opens the database and loads what it lacks. Where it is in use, damaged or cannot be written, reads the logs into memory instead. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { open } = await import("./database.ts");
  return open(options);
}

/** Makes the database anew from the logs alone, whatever was in its place. Leaves it alone where another process has it, and says so. */
export async function rebuildStore(options: StoreOptions): Promise<readonly Diagnostic[]> {
  const { rebuild } = await import("./database.ts");
  return rebuild(options);
}

/** Loads what the database lacks, and closes it. Leaves it alone where that cannot be done, and says why. */
export async function loadRuns(options: LoadOptions): Promise<readonly Diagnostic[]> {
  const { load } = await import("./database.ts");
  return load(options);
}

/** A result's rows as objects. */
export function objectsOf({ columns, rows }: Extract<QueryResult, { kind: "ok" }>): readonly Readonly<Record<string, Json>>[] {
  return rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null])));
}
