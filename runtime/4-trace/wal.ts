/**
 * The write-ahead lines of a segment, `NNNN.wal`. The first line is the header; each further one is a row as a JSON list: for
 * each cell that is not null its place among the header's columns, then its value. An empty file belongs to a segment that was
 * closed.
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
  const pairs: (string | number)[] = [];
  for (let place = 0; place < cells.length; place += 1) {
    const cell = cells[place];
    if (cell !== null && cell !== undefined) pairs.push(place, cell);
  }
  return `${JSON.stringify(pairs)}\n`;
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
  const known: readonly string[] = columnNames;
  const places = header.columns.map((name) => known.indexOf(name));
  let start = text.indexOf("\n") + 1;
  for (let end = text.indexOf("\n", start); end !== -1; end = text.indexOf("\n", start)) {
    const pairs = parseJson(text.slice(start, end));
    if (!Array.isArray(pairs)) return;
    const cells = cellsFrom(pairs, places);
    if (cells === null) return;
    yield cells;
    start = end + 1;
  }
}

/** Pairs of place and value as cells, those of columns that this tama does not have left out; null where they are no such pairs. */
function cellsFrom(pairs: readonly unknown[], places: readonly number[]): Cells | null {
  if (pairs.length === 0 || pairs.length % 2 === 1) return null;
  const cells: Cell[] = columnNames.map(() => null);
  for (let index = 0; index < pairs.length; index += 2) {
    const [told, value] = [pairs[index], pairs[index + 1]];
    const place = typeof told === "number" ? places[told] : undefined;
    if (place === undefined) return null;
    const name = columnNames[place];
    if (name !== undefined) cells[place] = typed(name, value);
  }
  return cells;
}

/** A cell, or null if it is none of its column's type. */
function typed(name: ColumnName, value: unknown): Cell {
  if (columns[name].type === "utf8") return typeof value === "string" ? value : null;
  return typeof value === "number" ? value : null;
}
