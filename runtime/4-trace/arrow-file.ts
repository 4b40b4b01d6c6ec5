import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Schema } from "apache-arrow/schema";
import { decodeBatch, decodeHeader, type Header } from "./arrow.ts";
import type { Batch } from "./batch.ts";
import { columnNames, columns } from "./columns.ts";
import { logFormat } from "./schema.ts";
import { isMissing } from "./segments.ts";

/** The batches of a stream, up to a torn or damaged one; none when the file is not there. */
export function* sealedBatches(file: string): Generator<Batch> {
  let schema: Schema | null = null;
  for (const { header, body } of messagesOf(file)) {
    const known: Schema | null = schema;
    if (header.isSchema()) schema = undamaged(() => header.header());
    else if (header.isRecordBatch() && known !== null) {
      const batch = undamaged(() => decodeBatch(header.header(), known, body));
      if (batch === null || !isWhole(batch)) return;
      yield batch;
    }
  }
}

/** The format version that a stream declares; null when it has no whole schema. */
export function versionOf(file: string): number | null {
  for (const { header } of messagesOf(file))
    return header.isSchema() ? undamaged(() => Number(header.header().metadata.get(logFormat.name))) : null;
  return null;
}

/** The whole messages of a stream, up to a torn one. */
function* messagesOf(file: string): Generator<{ readonly header: Header; readonly body: Uint8Array }> {
  const fd = openIfPresent(file);
  if (fd === null) return;
  try {
    const size = fstatSync(fd).size;
    for (let at = 0; at + 8 <= size; ) {
      const length = readAt(fd, at, 8).readInt32LE(4);
      if (length <= 0 || at + 8 + length > size) return;
      const header = headerAt(fd, at + 8, length);
      const end = at + 8 + length + (header?.bodyLength ?? 0);
      if (header === null || end > size) return;
      yield { header, body: readAt(fd, at + 8 + length, header.bodyLength) };
      at = end;
    }
  } finally {
    closeSync(fd);
  }
}

/** A message's metadata; null where the bytes are none: the file was damaged, and what follows cannot be found. */
function headerAt(fd: number, at: number, length: number): Header | null {
  const bytes = readAt(fd, at, length);
  return undamaged(() => decodeHeader(bytes));
}

/** What bytes say; null where they say nothing that can be: Arrow throws many kinds of errors for damaged ones. */
function undamaged<T>(decode: () => T): T | null {
  try {
    return decode();
  } catch {
    return null;
  }
}

const widths = { int64: 8, float64: 8, int32: 4, utf8: 1 } as const;

/** Whether each column is of its type and as long as the batch says: DuckDB copies its memory as it is. */
function isWhole({ rows, columns: found }: Batch): boolean {
  return columnNames.every((name) => {
    const column = found[name];
    if (column === null) return true;
    const { type } = columns[name];
    const { nulls, validity, values, offsets } = column;
    const isTyped = values.BYTES_PER_ELEMENT === widths[type] && (offsets !== null) === (type === "utf8");
    const isLong = offsets === null ? values.length >= rows : offsets.length > rows;
    return isTyped && isLong && (nulls === 0 || validity.length * 8 >= rows);
  });
}

/** Its own memory, so that views of 8 bytes fit. */
function readAt(fd: number, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length; ) {
    const count = readSync(fd, bytes, done, length - done, at + done);
    if (count === 0) return bytes.subarray(0, done);
    done += count;
  }
  return bytes;
}

function openIfPresent(file: string): number | null {
  try {
    return openSync(file, "r");
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
