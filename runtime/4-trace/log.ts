/**
 * Writes a run's log. Owns the two files of its segment and the rows that are not sealed yet.
 *
 * W1: a run has one writer. The newest segment belongs to the process that its header names; taking a number is atomic.
 * W2: `append` returns once the row's line has been handed to the system in one write: a killed process loses no such row. The rows
 *   of `together` share the write that ends it.
 * W3: a batch is written whole before its lines are cut: a row is in one of the files at any time, in both for a moment.
 * W4: numbers run on across segments, without a gap.
 * W5: nothing is appended where rows are lost that were acknowledged: what the run has done is not known.
 */
import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { traceLocked, traceUnwritable } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { encodeEnd, encodeSchema } from "./arrow.ts";
import type { Batch } from "./batch.ts";
import { type Cells, cellsOf } from "./cells.ts";
import { batchBuffer } from "./column-buffer.ts";
import type { ColumnName, Row } from "./columns.ts";
import { place } from "./place.ts";
import { thisProcess } from "./process-identity.ts";
import { lastRow, refusal } from "./read.ts";
import { arrowFile, ownerOf, segmentsOf, walFile } from "./segments.ts";
import { cellsLine, fillCheck, headerLines, openCheck } from "./wal.ts";

/** A row, or a part of one, as it is told: the columns that say something. What is no column is left out; the log numbers the row. */
export type Said = { readonly [C in Exclude<ColumnName, "seq" | "segment" | "trace_id">]?: Row[C] };

/** The one writer of a run's log. What it throws is the system's error of a write that failed: the disk is full, or gone. */
export interface LogWriter {
  readonly segment: number;
  /** Acknowledges a row: once it returns, a killed process loses nothing. Returns the row's `seq`. */
  readonly append: (...said: readonly Said[]) => number;
  /** Does work whose rows are acknowledged together: by one write, when it has ended. */
  readonly together: (work: () => void) => void;
  /** Seals what has been appended into the Arrow stream. */
  readonly flush: () => void;
  /** Seals, ends the stream and gives the run free. */
  readonly close: () => void;
}

export type OpenedLog = { readonly kind: "open"; readonly log: LogWriter } | { readonly kind: "failed"; readonly diagnostic: Diagnostic };

const batchRows = 1024;
const batchBytes = 8 << 20;

/** Opens the log in folder `dir`, which it makes, to append to. Fails when another process writes it, a newer tama wrote it, it is damaged, or the folder cannot be written. */
export function openLog(dir: string, traceId: string): OpenedLog {
  try {
    mkdirSync(dir, { recursive: true });
    const refused = refusal(dir);
    return refused ? { kind: "failed", diagnostic: refused } : claim(dir, traceId);
  } catch (error) {
    return { kind: "failed", diagnostic: traceUnwritable(null, { dir, reason: error instanceof Error ? error.message : String(error) }) };
  }
}

/** Takes the next segment's number. Losing a race for it shows in the next round, as a live owner. */
function claim(dir: string, traceId: string): OpenedLog {
  for (;;) {
    const owner = ownerOf(dir);
    if (owner) return { kind: "failed", diagnostic: traceLocked(null, { run: traceId, pid: owner.pid }) };
    const segment = (segmentsOf(dir).at(-1) ?? 0) + 1;
    const last = lastRow(dir);
    if (typeof last !== "number") return { kind: "failed", diagnostic: last };
    const header = headerLines(thisProcess());
    if (place(walFile(dir, segment), header)) return { kind: "open", log: writer({ dir, traceId, segment, header, last }) };
  }
}

function writer(options: { dir: string; traceId: string; segment: number; header: string; last: number }): LogWriter {
  const { dir, traceId, segment, header } = options;
  const lines = openSync(walFile(dir, segment), "a");
  const headerBytes = Buffer.byteLength(header);
  const stream = streamFile(arrowFile(dir, segment));
  const rows = batchBuffer();
  const encode = reusedEncoder();
  const held: Cells[] = [];
  let heldLines = "";
  let holds = false;
  let seq = options.last;
  let lineBytes = headerBytes;

  const seal = () => {
    if (rows.rows() === 0) return;
    stream.write(rows.view());
    rows.clear();
    ftruncateSync(lines, headerBytes);
    lineBytes = headerBytes;
  };

  const acknowledge = () => {
    const [taken, text] = [held.splice(0), heldLines];
    heldLines = "";
    if (taken.length === 0) return;
    const bytes = encode(text + openCheck);
    fillCheck(bytes);
    lineBytes += writeWhole(lines, bytes, lineBytes);
    for (const cells of taken) rows.push(cells);
    seq += taken.length;
    if (rows.rows() >= batchRows || lineBytes >= batchBytes) seal();
  };

  return {
    segment,
    append: (...said) => {
      const number = seq + held.length + 1;
      const cells = cellsOf(...said, { seq: number, segment, trace_id: traceId });
      held.push(cells);
      heldLines += cellsLine(cells);
      if (!holds || held.length >= batchRows) acknowledge();
      return number;
    },
    together: (work) => {
      holds = true;
      try {
        work();
      } finally {
        holds = false;
        acknowledge();
      }
    },
    flush: seal,
    close: () => {
      seal();
      stream.end();
      ftruncateSync(lines, 0);
      closeSync(lines);
    },
  };
}

/** An Arrow stream that is made when its first batch comes. */
function streamFile(file: string) {
  const { message: schema, encodeBatch } = encodeSchema();
  let fd: number | null = null;
  let size = 0;
  const write = (batch: Batch) => {
    fd ??= openSync(file, "ax");
    if (size === 0) size += writeWhole(fd, schema, 0);
    size += writeWhole(fd, encodeBatch(batch), size);
  };
  const end = () => {
    if (fd === null) return;
    writeWhole(fd, encodeEnd(), size);
    closeSync(fd);
  };
  return { write, end };
}

/** Text to UTF-8, always into the same memory. */
function reusedEncoder(): (text: string) => Buffer {
  let memory = Buffer.allocUnsafeSlow(8192);
  return (text) => {
    if (text.length * 3 > memory.length) memory = Buffer.allocUnsafeSlow(text.length * 4);
    return memory.subarray(0, memory.write(text));
  };
}

/** One write, at the file's end; more only where the system takes part of it. A failed one is cut off again. Returns the bytes written. */
function writeWhole(fd: number, bytes: Buffer, size: number): number {
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done);
    return bytes.length;
  } catch (error) {
    ftruncateSync(fd, size);
    throw error;
  }
}
