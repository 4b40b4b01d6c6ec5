import { type ColumnName, columnNames, columns, type Row } from "./columns.ts";

/**
 * A column of a batch, laid out as Arrow has it: `validity` one bit per row (lowest first, 1 where there is a value), `values`
 * the numbers or the UTF-8 bytes of all rows, and for text `offsets`, one more than rows, into `values`.
 * @see https://arrow.apache.org/docs/format/Columnar.html
 */
export interface ColumnData {
  readonly nulls: number;
  readonly validity: Uint8Array;
  readonly values: Uint8Array | Int32Array | BigInt64Array | Float64Array;
  readonly offsets: Int32Array | null;
}

/** Rows by column. A column that the log's version did not have is null: all its values are. */
export interface Batch {
  readonly rows: number;
  readonly columns: Readonly<Record<ColumnName, ColumnData | null>>;
}

/** The same for each column. */
export function perColumn<T>(make: (name: ColumnName) => T): Readonly<Record<ColumnName, T>> {
  return Object.fromEntries(columnNames.map((name) => [name, make(name)])) as Record<ColumnName, T>; // fromEntries forgets the keys' type
}

/** The events' numbers, ascending. */
export function sequence(batch: Batch): BigInt64Array {
  const values = batch.columns.seq?.values;
  return values instanceof BigInt64Array ? values : new BigInt64Array(0);
}

/** The rows of a batch as objects, from row `from` on. */
export function rowsOf(batch: Batch, from = 0): readonly Row[] {
  return Array.from({ length: batch.rows - from }, (_, index) => rowAt(batch, from + index));
}

/** The rows of a batch as objects that have a value in a column, from row `from` on. */
export function rowsWith(batch: Batch, name: ColumnName, from = 0): readonly Row[] {
  const column = batch.columns[name];
  if (column === null) return [];
  const rows: Row[] = [];
  for (let row = from; row < batch.rows; row += 1) if (isPresent(column, row)) rows.push(rowAt(batch, row));
  return rows;
}

/** Whether a row has a value in this column. */
export function isPresent(column: ColumnData, row: number): boolean {
  return column.nulls === 0 || ((column.validity[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
}

function rowAt(batch: Batch, row: number): Row {
  return perColumn((name) => cell(name, batch.columns[name], row)) as Row; // each column's buffer holds its declared type
}

function cell(name: ColumnName, column: ColumnData | null, row: number): string | number | null {
  if (column === null || !isPresent(column, row)) return null;
  if (columns[name].type !== "utf8") return Number(column.values[row]);
  const [start, end] = [column.offsets?.[row], column.offsets?.[row + 1]];
  return column.values instanceof Uint8Array
    ? Buffer.from(column.values.buffer, column.values.byteOffset).toString("utf8", start, end)
    : null;
}
