import { traceDamagedLog, traceNewerLog } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { type StreamEnd, sealedBatches, versionOf } from "./arrow-file.ts";
import { type Batch, rowsOf, sequence } from "./batch.ts";
import { batchBuffer } from "./column-buffer.ts";
import { columnNames, type Row } from "./columns.ts";
import { logFormat } from "./schema.ts";
import { arrowFile, ownerOf, readText, segmentsOf, walFile } from "./segments.ts";
import { parseHeader, readLines } from "./wal.ts";

/** A part of a batch: its rows from `from` on. */
export interface Slice {
  readonly batch: Batch;
  readonly from: number;
}

/** Whether what processes wrote is there as they wrote it. */
type Wholeness = "whole" | "damaged";

/**
 * The rows of a run's log with a `seq` above `after`, in order and each once, whatever state its processes left it in: torn
 * tails end a file early, and rows that were sealed but not yet cut from the lines count once. Rows of a run that is being
 * written come up to the first that is on its way from one file to the other.
 */
export function* readBatches(dir: string, after = 0): Generator<Slice, Wholeness> {
  const isLive = ownerOf(dir) !== null;
  let last = after;
  const batches = batchesOf(dir);
  for (let next = batches.next(); ; next = batches.next()) {
    if (next.done) return isLive ? "whole" : next.value; // a batch that is being written looks torn
    const batch = next.value;
    const numbers = sequence(batch);
    const from = numbers.findIndex((seq) => seq > last);
    if (from === -1) continue;
    if (isLive && Number(numbers[from]) !== last + 1) return "whole";
    yield { batch, from };
    last = Number(numbers[batch.rows - 1]);
  }
}

/** All rows of a run as objects. */
export function* readRun(dir: string): Generator<Row> {
  for (const { batch, from } of readBatches(dir)) yield* rowsOf(batch, from);
}

/** Why this tama cannot read the log, if it cannot: a newer one wrote it. */
export function refusal(dir: string): Diagnostic | null {
  for (const segment of segmentsOf(dir)) {
    const version = parseHeader(readText(walFile(dir, segment)))?.version ?? versionOf(arrowFile(dir, segment)) ?? 0;
    if (version > logFormat.version) return traceNewerLog(null, { dir, version, known: logFormat.version });
  }
  return null;
}

/** The number of a log's last row, or why nothing may follow it: there were rows that cannot be read. Nobody writes the log meanwhile. */
export function lastRow(dir: string): number | Diagnostic {
  let last = 0;
  const slices = readBatches(dir);
  for (let next = slices.next(); ; next = slices.next()) {
    if (next.done) return next.value === "whole" ? last : traceDamagedLog(null, { dir, row: last });
    const { batch, from } = next.value;
    const numbers = sequence(batch);
    const [first, end] = [Number(numbers[from]), Number(numbers[batch.rows - 1])];
    if (first !== last + 1 || end - first !== batch.rows - 1 - from) return traceDamagedLog(null, { dir, row: last });
    last = end;
  }
}

/** Lines are read before the stream that they move into, so that no row is missed while a seal goes on. */
function* batchesOf(dir: string): Generator<Batch, Wholeness> {
  let isWhole = true;
  for (const segment of segmentsOf(dir)) {
    const lines = readText(walFile(dir, segment));
    let last = 0n;
    const sealed = sealedBatches(arrowFile(dir, segment));
    let next = sealed.next();
    for (; !next.done; next = sealed.next()) {
      last = sequence(next.value).at(-1) ?? last;
      yield next.value;
    }
    const rest = lineBatch(lines, Number(last));
    if (rest.batch.rows > 0) yield rest.batch;
    isWhole &&= !rest.isDamaged && isEndOf(next.value, lines, rest.batch.rows);
  }
  return isWhole ? "whole" : "damaged";
}

/** Whether a stream can have been left so: closed with the lines empty, or killed, and then the rows of a torn batch are in the lines. */
function isEndOf(end: StreamEnd, lines: string, rest: number): boolean {
  if (end === "missing") return true;
  return lines === "" ? end === "closed" : end === "open" || end === "closed" || (end === "torn" && rest > 0);
}

/** The rows of the lines that are not sealed yet, as far as they are consecutive: a writer may have gone on while they were read. */
function lineBatch(lines: string, after: number): { readonly batch: Batch; readonly isDamaged: boolean } {
  const buffer = batchBuffer();
  const { rows, isDamaged } = readLines(lines);
  let last: number | null = null;
  for (const cells of rows) {
    const seq = Number(cells[seqPlace]);
    if (last !== null && seq !== last + 1) break;
    last = seq;
    if (seq > after) buffer.push(cells);
  }
  return { batch: buffer.view(), isDamaged };
}

const seqPlace = columnNames.indexOf("seq");
