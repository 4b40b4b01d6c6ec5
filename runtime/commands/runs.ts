import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import { alignRows, cut, pad, width } from "./columns-text.ts";
import type { Row } from "./find-run.ts";
import type { Io } from "./io.ts";
import { formatMs } from "./progress.ts";
import { formatTokens, paintStatus } from "./run-text.ts";
import type { RunsOptions } from "./runs-options.ts";
import { rowsOf, withStore } from "./with-store.ts";

const orders: Readonly<Record<RunsOptions["sort"], string>> = {
  newest: "timestamp DESC",
  oldest: "timestamp",
  longest: "duration_ms DESC",
  tokens: "input_tokens + cached_tokens + output_tokens + reasoning_tokens DESC",
  cost: "cost_usd DESC NULLS LAST",
};

/** `tama runs`: lists the runs, newest first unless told otherwise. */
export async function runsCommand(options: RunsOptions, io: Io): Promise<ExitCode> {
  return withStore(options.stateDir, io, async (store) => {
    const { sql, values } = queryOf(options);
    const runs = await rowsOf(store, sql, values);
    if (options.format === "json") io.stdout(`${JSON.stringify(runs, null, 2)}\n`);
    else if (runs.length === 0) io.stderr(values.length > 1 ? "no run is like that\n" : `no runs yet in ${options.stateDir}\n`);
    else io.stdout(`${listing(runs, io).join("\n")}\n`);
    return exitCodes.ok;
  });
}

function queryOf({ limit, sort, status, entry, sinceMs }: RunsOptions): { readonly sql: string; readonly values: readonly string[] } {
  const conditions = [
    ["status = ?", status],
    ["entrypoint = ?", entry],
    ["timestamp >= ?::BIGINT", sinceMs === null ? null : String(sinceMs)],
  ] as const;
  const asked = conditions.flatMap(([condition, value]) => (value === null ? [] : [{ condition, value }]));
  const where = asked.length === 0 ? "" : ` WHERE ${asked.map(({ condition }) => condition).join(" AND ")}`;
  return {
    sql: `SELECT * FROM runs${where} ORDER BY ${orders[sort]}, trace_id LIMIT ?::BIGINT`,
    values: [...asked.map(({ value }) => value), String(limit)],
  };
}

function listing(runs: readonly Row[], io: Io): readonly string[] {
  const cells = runs.map((run) => [
    String(run["trace_id"]).slice(0, 8),
    formatTime(Number(run["timestamp"])),
    paintStatus(String(run["status"]), io.page?.color),
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
