import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import { canonical, type Json, toText } from "../../compiler/ir/json.ts";
import { objectsOf } from "../5-store/store.ts";
import { alignRows, cut, pad, width } from "./columns-text.ts";
import type { Io } from "./io.ts";
import { failed, withStore } from "./with-store.ts";

/** The flags of `tama sql`. */
export interface SqlOptions {
  readonly stateDir: string;
  readonly query: string;
  readonly format: "table" | "json" | "csv";
}

const shownRows = 500;
const shownWidth = 60;

/** `tama sql QUERY`: asks the database. A query that fails gives DuckDB's message. */
export async function sqlCommand({ stateDir, query, format }: SqlOptions, io: Io): Promise<ExitCode> {
  return withStore(stateDir, io, async (store) => {
    const result = await store.query(query);
    if (result.kind === "failed") return failed(io, result);
    if (format === "json") io.stdout(`${JSON.stringify(objectsOf(result), null, 2)}\n`);
    else if (format === "csv") io.stdout([result.columns, ...result.rows].map(csvLine).join(""));
    else printTable(result.columns, result.rows, io);
    return exitCodes.ok;
  });
}

/** People see the first rows, and cells cut to a width; `csv` and `json` have everything. What is wider than the terminal stands below one another. */
function printTable(columns: readonly string[], rows: readonly (readonly Json[])[], io: Io): void {
  const shown = rows.slice(0, shownRows);
  const table = tableLines(columns, shown);
  const isWide = io.page !== undefined && shown.length > 0 && table.some((line) => width(line) > io.columns);
  io.stdout(`${(isWide ? shown.flatMap((row, index) => recordLines(columns, row, { number: index + 1, io })) : table).join("\n")}\n`);
  if (rows.length > shown.length) io.stderr(`${rows.length - shown.length} more rows: add a LIMIT, or use --format csv\n`);
}

function tableLines(columns: readonly string[], shown: readonly (readonly Json[])[]): readonly string[] {
  const aligns = columns.map((_, index) =>
    shown.length > 0 && shown.every((row) => typeof row[index] === "number" || row[index] === null) ? "right" : "left",
  );
  const cells = shown.map((row) => row.map((value) => cut(cellText(value), shownWidth)));
  return alignRows([columns, columns.map((name) => "-".repeat(width(name))), ...cells], aligns);
}

/** A row as a block of lines, one for each column. */
function recordLines(columns: readonly string[], row: readonly Json[], { number, io }: { number: number; io: Io }): readonly string[] {
  const names = columns.reduce((widest, name) => Math.max(widest, width(name)), 0);
  const room = Math.max(8, io.columns - names - 2);
  return [
    `━━ ${number}`,
    ...columns.map((name, index) => `${pad(name, names, "left")}  ${cut(cellText(row[index] ?? null), room)}`.trimEnd()),
  ];
}

function cellText(value: Json): string {
  return value === null ? "" : toText(value);
}

/** @see RFC 4180, but for the line ends */
function csvLine(row: readonly Json[]): string {
  const cells = row.map((value) => (value === null ? "" : typeof value === "object" ? canonical(value) : String(value)));
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")}\n`;
}
