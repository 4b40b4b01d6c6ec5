import { type Batch, type ColumnData, perColumn } from "./batch.ts";
import type { Cells } from "./cells.ts";
import { type Column, columnNames, columns } from "./columns.ts";

/** Rows turned into columns, as they come. */
export interface BatchBuffer {
  readonly rows: () => number;
  readonly push: (cells: Cells) => void;
  /** What was pushed: views on the buffers, good until the next `push`. */
  readonly view: () => Batch;
  /** Forgets the rows and keeps the buffers. */
  readonly clear: () => void;
}

/** Growing columns. A null costs nothing when it is pushed: most cells of a row are. */
export function batchBuffer(): BatchBuffer {
  const buffers = perColumn((name) => columnBuffer(columns[name].type));
  const inOrder = columnNames.map((name) => buffers[name]);
  let rows = 0;
  return {
    rows: () => rows,
    push: (cells) => {
      cells.forEach((cell, index) => {
        if (cell !== null) inOrder[index]?.put(rows, cell);
      });
      rows += 1;
    },
    view: () => ({ rows, columns: perColumn((name) => buffers[name].view(rows)) }),
    clear: () => {
      for (const buffer of inOrder) buffer.clear();
      rows = 0;
    },
  };
}

interface ColumnBuffer {
  /** Puts a value at a row above those that have one. */
  readonly put: (row: number, value: string | number) => void;
  readonly view: (rows: number) => ColumnData;
  readonly clear: () => void;
}

function columnBuffer(type: Column["type"]): ColumnBuffer {
  const values = type === "utf8" ? textValues() : type === "int64" ? int64Values() : numberValues(type);
  let bits = new Uint8Array(128);
  let present = 0;
  return {
    put: (row, value) => {
      bits = roomFor(bits, row >> 3);
      bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
      present += 1;
      values.put(row, value);
    },
    view: (rows) => {
      bits = roomFor(bits, rows >> 3);
      return { nulls: rows - present, validity: bits.subarray(0, (rows + 7) >> 3), ...values.view(rows) };
    },
    clear: () => {
      bits.fill(0);
      present = 0;
      values.clear();
    },
  };
}

/** The values of a column, without what tells nulls apart. */
interface Values {
  readonly put: (row: number, value: string | number) => void;
  readonly view: (rows: number) => Pick<ColumnData, "values" | "offsets">;
  readonly clear: () => void;
}

function textValues(): Values {
  let offsets = new Int32Array(1025);
  let bytes = new Uint8Array(4096);
  let buffer = Buffer.from(bytes.buffer);
  let rows = 0;
  let end = 0;
  /** Nulls end where the value before them ends. */
  const pad = (until: number) => {
    offsets = roomFor(offsets, until + 1);
    offsets.fill(end, rows + 1, until + 1);
    rows = until;
  };
  return {
    put: (row, value) => {
      pad(row);
      const text = String(value);
      if (end + text.length * 3 > bytes.length) {
        bytes = roomFor(bytes, end + text.length * 3);
        buffer = Buffer.from(bytes.buffer);
      }
      end += buffer.write(text, end);
      pad(row + 1);
    },
    view: (until) => {
      pad(until);
      return { values: bytes.subarray(0, end), offsets: offsets.subarray(0, until + 1) };
    },
    clear: () => {
      rows = 0;
      end = 0;
    },
  };
}

function int64Values(): Values {
  let values = new BigInt64Array(1024);
  return {
    put: (row, value) => {
      values = roomFor(values, row);
      values[row] = BigInt(value);
    },
    view: (rows) => {
      values = roomFor(values, rows);
      return { values: values.subarray(0, rows), offsets: null };
    },
    clear: () => values.fill(0n),
  };
}

function numberValues(type: "int32" | "float64"): Values {
  let values = type === "int32" ? new Int32Array(1024) : new Float64Array(1024);
  return {
    put: (row, value) => {
      values = roomFor(values, row);
      values[row] = Number(value);
    },
    view: (rows) => {
      values = roomFor(values, rows);
      return { values: values.subarray(0, rows), offsets: null };
    },
    clear: () => values.fill(0),
  };
}

type Memory = Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** The same memory, or a larger copy in which `index` exists. */
function roomFor<M extends Memory>(memory: M, index: number): M {
  if (index < memory.length) return memory;
  const larger = new (memory.constructor as new (length: number) => M)(index * 2); // a copy is of its original's class
  (larger as Uint8Array).set(memory as Uint8Array);
  return larger;
}
