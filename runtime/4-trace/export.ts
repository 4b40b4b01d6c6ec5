import { closeSync, openSync, writeSync } from "node:fs";
import { encodeEnd, encodeSchema } from "./arrow.ts";
import { cellsOf } from "./cells.ts";
import { batchBuffer } from "./column-buffer.ts";
import type { Row } from "./columns.ts";
import { readRun } from "./read.ts";

const batchRows = 4096;

/** Writes all rows of a run's log, texts too, as one Arrow stream, whatever files they are in. */
export function exportArrow(dir: string, file: string): void {
  const fd = openSync(file, "w");
  try {
    const { message, encodeBatch } = encodeSchema();
    writeAll(fd, message);
    const rows = batchBuffer();
    const seal = () => {
      if (rows.rows() > 0) writeAll(fd, encodeBatch(rows.view()));
      rows.clear();
    };
    for (const row of readRun(dir)) {
      rows.push(cellsOf(row));
      if (rows.rows() === batchRows) seal();
    }
    seal();
    writeSync(fd, encodeEnd());
  } finally {
    closeSync(fd);
  }
}

/** Writes all rows of a run's log, texts too, as JSON, one per line; what a row does not say is left out. */
export function exportJsonLines(dir: string, file: string): void {
  const fd = openSync(file, "w");
  try {
    for (const row of readRun(dir)) writeAll(fd, Buffer.from(`${JSON.stringify(said(row))}\n`));
  } finally {
    closeSync(fd);
  }
}

function said(row: Row): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done);
}
