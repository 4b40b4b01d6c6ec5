import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import type { Json } from "../../compiler/ir/json.ts";
import { openStore, type QueryResult, type Store } from "../5-store/store.ts";
import { alignRows, cut, pad, width } from "./columns-text.ts";
import { type Io, tell } from "./io.ts";
import { formatMs } from "./progress.ts";
import { formatTokens, paintStatus } from "./run-text.ts";

/** The flags of `tama runs`. */
export interface RunsOptions {
  readonly stateDir: string;
  readonly format: "text" | "json";
  /** How many of the newest. */
  readonly limit: number;
}

/** How long a command waits for a database that is in use, in milliseconds. */
export const storeWaitMs = 2000;

/** `tama runs`: lists the runs, newest first. */
export async function runsCommand({ stateDir, format, limit }: RunsOptions, io: Io): Promise<ExitCode> {
  return withStore(stateDir, io, async (store) => {
    const result = await store.query("SELECT * FROM runs ORDER BY timestamp DESC, trace_id LIMIT ?::BIGINT", [String(limit)]);
    if (result.kind === "failed") return failed(io, result);
    const runs = objectsOf(result);
    if (format === "json") io.stdout(`${JSON.stringify(runs, null, 2)}\n`);
    else if (runs.length === 0) io.stderr(`no runs yet in ${stateDir}\n`);
    else io.stdout(`${listing(runs, io).join("\n")}\n`);
    return exitCodes.ok;
  });
}

/** Opens the store for the time of `use`, and tells what could not be read. */
export async function withStore(stateDir: string, io: Io, use: (store: Store) => Promise<ExitCode>): Promise<ExitCode> {
  const store = await openStore({ stateDir, waitMs: storeWaitMs });
  try {
    if (store.warnings.length > 0) tell(io, store.warnings);
    return await use(store);
  } finally {
    store.close();
  }
}

/** A result's rows as objects. */
export function objectsOf({ columns, rows }: Extract<QueryResult, { kind: "ok" }>): readonly Readonly<Record<string, Json>>[] {
  return rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null])));
}

/** Tells why a query failed. */
export function failed(io: Io, { diagnostic }: Extract<QueryResult, { kind: "failed" }>): ExitCode {
  tell(io, [diagnostic]);
  return exitCodes.diagnostics;
}

function listing(runs: readonly Readonly<Record<string, Json>>[], io: Io): readonly string[] {
  const cells = runs.map((run) => [
    String(run["trace_id"]).slice(0, 8),
    formatTime(Number(run["timestamp"])),
    paintStatus(String(run["status"]), io.color),
    cut(String(run["entrypoint"]), 16),
    formatMs(Number(run["duration_ms"])),
    formatTokens(run),
  ]);
  const lines = alignRows(
    [["RUN", "WHEN", "STATUS", "ENTRY", "TIME", "TOKENS"], ...cells],
    ["left", "left", "left", "left", "right", "right"],
  );
  const widest = lines.reduce((most, line) => Math.max(most, width(line)), 0);
  const tasks = ["TASK", ...runs.map((run) => cut(String(run["task"] ?? ""), Math.max(8, io.columns - widest - 2)))];
  return lines.map((line, index) => `${pad(line, widest, "left")}  ${tasks[index] ?? ""}`.trimEnd());
}

/** Local month, day and time to the minute. */
function formatTime(ms: number): string {
  const local = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(5, 16).replace("T", " ");
}
