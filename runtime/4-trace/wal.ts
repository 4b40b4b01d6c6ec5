/**
 * The write-ahead lines of a segment, `NNNN.wal`. The first line is the header; each further one is a row as a JSON list: for
 * each cell that is not null its place among the header's columns, then its value. What is written at once ends with a line that
 * holds its checksum, so that a bit that flips is no other record but the end of the file. An empty file belongs to a segment that was
 * closed.
 */
import { crc32 } from "node:zlib";
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

/** The header of a segment that `owner` writes. */
export function headerLines(owner: ProcessIdentity): string {
  return checked(`${JSON.stringify({ [logFormat.name]: logFormat.version, owner, columns: columnNames })}\n`);
}

/** Lines with the one that holds their checksum. */
export function checked(lines: string): string {
  return `${lines}${checkOf(lines)}\n`;
}

/** A checksum's line without a checksum, for `fillCheck`. */
export const openCheck = '"        "\n';

/** Puts the checksum of encoded lines into the open one that ends them. */
export function fillCheck(bytes: Buffer): void {
  const end = bytes.length - openCheck.length;
  bytes.write(checkOf(bytes.subarray(0, end)), end);
}

function checkOf(lines: string | Buffer): string {
  return `"${crc32(lines).toString(16).padStart(8, "0")}"`;
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
  const line = text.slice(0, text.indexOf("\n") + 1);
  const value = parseJson(line);
  if (!isObject(value)) return null;
  const { owner, columns: names, [logFormat.name]: version } = value;
  if (typeof version !== "number" || !isObject(owner) || !Array.isArray(names)) return null;
  const isChecked = version >= logFormat.checksOfLines && version <= logFormat.version; // how a newer one is checked is not known
  if (isChecked && !text.startsWith(checked(line))) return null;
  return { version, owner: { pid: Number(owner["pid"]), start: String(owner["start"]) }, columns: names.map(String) };
}

/** What is in a file. `isDamaged`: lines that were written whole are not as they were written; those of the first version tell nothing of that. */
export interface Lines {
  readonly rows: readonly Cells[];
  readonly isDamaged: boolean;
}

/** The rows of a file, up to what is no whole row, or not as it was written: a write that the process did not live to finish, a damage. */
export function readLines(text: string): Lines {
  const header = parseHeader(text);
  if (header === null) return { rows: [], isDamaged: endsWrite(text) };
  const writes = [...writesIn(text, header)];
  const rows = rowsIn(writes, header);
  if (header.version < logFormat.checksOfLines) return { rows, isDamaged: false };
  const begin = text.indexOf("\n") + 1 + openCheck.length;
  const read = writes.reduce((sum, lines) => sum + lines.length + openCheck.length, begin);
  return { rows, isDamaged: endsWrite(text.slice(read)) };
}

/** Whether the end of a write stands in a text: one that its process did not live to finish lacks it. */
function endsWrite(text: string): boolean {
  return /\n"[^\n]{8}"\n/.test(text);
}

function rowsIn(writes: readonly string[], header: WalHeader): readonly Cells[] {
  const known: readonly string[] = columnNames;
  const places = header.columns.map((name) => known.indexOf(name));
  const rows: Cells[] = [];
  for (const line of writes.flatMap((lines) => lines.split("\n"))) {
    const pairs = line === "" ? null : parseJson(line);
    const cells = Array.isArray(pairs) ? cellsFrom(pairs, places) : null;
    if (cells !== null) rows.push(cells);
    else if (line !== "") break;
  }
  return rows;
}

/** The lines of each write that are as they were written; without checksums all whole lines. */
function* writesIn(text: string, { version }: WalHeader): Generator<string> {
  const begin = text.indexOf("\n") + 1;
  if (version < logFormat.checksOfLines) return yield text.slice(begin, text.lastIndexOf("\n") + 1);
  let start = begin + openCheck.length;
  for (let end = text.indexOf('\n"', start); end !== -1; end = text.indexOf('\n"', start)) {
    const lines = text.slice(start, end + 1);
    if (!text.startsWith(checked(lines), start)) return;
    yield lines;
    start = end + 1 + openCheck.length;
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
