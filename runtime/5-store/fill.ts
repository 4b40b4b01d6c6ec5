import { BIGINT, DOUBLE, type DuckDBConnection, DuckDBDataChunk, type DuckDBType, INTEGER, VARCHAR } from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import { type ColumnData, isPresent } from "../4-trace/batch.ts";
import { type Column, columnNames, columns } from "../4-trace/columns.ts";
import type { Slice } from "../4-trace/read.ts";

const types: Readonly<Record<Column["type"], DuckDBType>> = { utf8: VARCHAR, int64: BIGINT, int32: INTEGER, float64: DOUBLE };
const rowTypes = columnNames.map((name) => types[columns[name].type]);
const chunkRows = duckdb.vector_size();

/**
 * Appends rows to the table `log` by copying Arrow's buffers into DuckDB's vectors, which are laid out alike: no value becomes
 * a JavaScript value on the way. Rows go over in chunks of at most a vector's size: in one chunk, again and again, for each takes a
 * megabyte that is given back only when JavaScript collects its garbage, of which there is hardly any.
 */
export async function appendSlices(connection: DuckDBConnection, slices: Iterable<Slice>): Promise<void> {
  const appender = await connection.createAppender("log");
  const chunk = DuckDBDataChunk.create(rowTypes);
  try {
    for (const slice of slices) {
      for (let from = slice.from; from < slice.batch.rows; from += chunkRows) {
        fillChunk(chunk, slice, from);
        appender.appendDataChunk(chunk);
      }
    }
  } finally {
    appender.closeSync();
  }
}

function fillChunk(chunk: DuckDBDataChunk, { batch }: Slice, from: number): void {
  const rows = Math.min(chunkRows, batch.rows - from);
  chunk.reset();
  chunk.rowCount = rows;
  for (const [index, name] of columnNames.entries()) {
    fillVector(duckdb.data_chunk_get_vector(chunk.chunk, index), batch.columns[name], from, rows);
  }
}

function fillVector(vector: duckdb.Vector, column: ColumnData | null, from: number, rows: number): void {
  if (column === null || column.nulls > 0) copyValidity(vector, column, from, rows);
  if (column === null) return;
  const { values, offsets } = column;
  if (offsets === null) {
    const width = values.BYTES_PER_ELEMENT;
    duckdb.copy_data_to_vector(vector, 0, memoryOf(values), values.byteOffset + from * width, rows * width);
  } else if (values instanceof Uint8Array) {
    for (let row = from; row < from + rows; row += 1) {
      if (isPresent(column, row))
        duckdb.vector_assign_string_element_len(vector, row - from, values.subarray(offsets[row], offsets[row + 1]));
    }
  }
}

/** Both mark a present row by a 1, lowest bit first; a chunk that begins within a byte is moved. DuckDB wants whole words of 64 bits. */
function copyValidity(vector: duckdb.Vector, column: ColumnData | null, from: number, rows: number): void {
  const bits = new Uint8Array(Math.ceil(rows / 64) * 8);
  const [start, shift] = [from >> 3, from & 7];
  for (let index = 0; column !== null && index < (rows + 7) >> 3; index += 1) {
    const [low = 0, high = 0] = column.validity.subarray(start + index, start + index + 2);
    bits[index] = (low >> shift) | (high << (8 - shift));
  }
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, memoryOf(bits), 0, bits.byteLength);
}

/** The bindings copy from plain memory only; all of ours is. */
function memoryOf({ buffer }: ArrayBufferView): ArrayBuffer {
  if (buffer instanceof ArrayBuffer) return buffer;
  throw new TypeError("shared memory cannot be copied into a vector");
}
