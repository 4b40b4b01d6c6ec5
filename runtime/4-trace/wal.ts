/**
 * The write-ahead lines of a segment, `NNNN.wal`. The first line is the header; each further one is a row as a JSON list, in
 * the order of the header's columns. An empty file belongs to a segment that was closed.
 */
import { isObject, parseJson } from "../../compiler/ir/json.ts";
import type { Cell, Cells } from "./cells.ts";
import { type ColumnName, columnNames, columns } from "./columns.ts";
import type { ProcessIdentity } from "./process-identity.ts";
import { logFormat } from "./schema.ts";

/** What a header tells: who writes the segment, and the rows' columns. */
export interface WalHeader {
  readonly version: number;
  readonly owner: ProcessIdentity;
  readonly columns: readonly string[];
}

/** The header line of a segment that `owner` writes. */
export function headerLine(owner: ProcessIdentity): string {
  return `${JSON.stringify({ [logFormat.name]: logFormat.version, owner, columns: columnNames })}\n`;
}

/** A row as a line. */
export function cellsLine(cells: Cells): string {
  return `${JSON.stringify(cells)}\n`;
}

/** A file's header; null for an empty or broken one. */
export function parseHeader(text: string): WalHeader | null {
  const value = parseJson(text.slice(0, Math.max(0, text.indexOf("\n"))));
  if (!isObject(value)) return null;
  const { owner, columns: names, [logFormat.name]: version } = value;
  if (typeof version !== "number" || !isObject(owner) || !Array.isArray(names)) return null;
  return { version, owner: { pid: Number(owner["pid"]), start: String(owner["start"]) }, columns: names.map(String) };
}

/** The rows of a file, up to the first line that is no whole row: a write that the process did not live to finish. */
export function* parseRows(text: string, header: WalHeader): Generator<Cells> {
  const places = columnNames.map((name) => ({ name, place: header.columns.indexOf(name) }));
  let start = text.indexOf("\n") + 1;
  for (let end = text.indexOf("\n", start); end !== -1; end = text.indexOf("\n", start)) {
    const cells = parseJson(text.slice(start, end));
    if (!Array.isArray(cells) || cells.length !== header.columns.length) return;
    yield places.map(({ name, place }) => typed(name, cells[place]));
    start = end + 1;
  }
}

/** A cell, or null if it is none of its column's type. */
function typed(name: ColumnName, value: unknown): Cell {
  if (columns[name].type === "utf8") return typeof value === "string" ? value : null;
  return typeof value === "number" ? value : null;
}
