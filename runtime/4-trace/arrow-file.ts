import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import type { Schema } from "apache-arrow/schema";
import { decodeBatch, decodeHeader, type Header, isAsWritten } from "./arrow.ts";
import type { Batch } from "./batch.ts";
import { columnNames, columns } from "./columns.ts";
import { logFormat } from "./schema.ts";
import { isMissing } from "./segments.ts";

/**
 * How a stream ends: as it was closed; in the middle of a message, or after one, as that of a process that was killed; where it is not as
 * it was written; or it is not there.
 */
export type StreamEnd = "closed" | "open" | "torn" | "damaged" | "missing";

/** The batches of a stream, up to a torn or damaged one. */
export function* sealedBatches(file: string): Generator<Batch, StreamEnd> {
  let schema: Schema | null = null;
  let check: number | null = null;
  const messages = messagesOf(file);
  for (let next = messages.next(); ; next = messages.next()) {
    if (next.done) return next.value;
    const { frame, header, body } = next.value;
    const known: Schema | null = schema;
    if (header.isSchema()) {
      schema = undamaged(() => header.header());
      check = schema !== null && formatOf(schema) >= logFormat.checksOfBatches ? crc32(frame) : null;
    } else if (header.isRecordBatch() && known !== null) {
      if (check !== null && !isAsWritten({ frame, body }, check)) return "damaged";
      const batch = undamaged(() => decodeBatch(header.header(), known, body));
      if (batch === null || !isWhole(batch)) return "damaged";
      yield batch;
    } else return "damaged";
  }
}

/** The format version that a stream declares; null when it has no whole schema. */
export function versionOf(file: string): number | null {
  for (const { header } of messagesOf(file)) return header.isSchema() ? undamaged(() => formatOf(header.header())) : null;
  return null;
}

function formatOf({ metadata }: Schema): number {
  return Number(metadata.get(logFormat.name));
}

/** A message: `frame` is all of it before its body. */
interface StreamMessage {
  readonly frame: Buffer;
  readonly header: Header;
  readonly body: Buffer;
}

/** The whole messages of a stream, up to a torn one. */
function* messagesOf(file: string): Generator<StreamMessage, StreamEnd> {
  const fd = openIfPresent(file);
  if (fd === null) return "missing";
  try {
    const size = fstatSync(fd).size;
    let at = 0;
    while (at + 8 <= size) {
      const start = readAt(fd, at, 8);
      const length = start.readInt32LE(4);
      if (length === 0 && at + 8 === size) return "closed";
      if (length <= 0) return "damaged";
      if (at + 8 + length > size) return "torn";
      const frame = readAt(fd, at, 8 + length);
      const header = headerIn(frame);
      if (header === null) return "damaged";
      const end = at + 8 + length + header.bodyLength;
      if (end > size) return "torn";
      yield { frame, header, body: readAt(fd, at + 8 + length, header.bodyLength) };
      at = end;
    }
    return "open"; // or with a part of the end, which is as long as the least that begins a batch
  } finally {
    closeSync(fd);
  }
}

/** A message's metadata; null where the bytes are none: the file was damaged, and what follows cannot be found. */
function headerIn(frame: Buffer): Header | null {
  return undamaged(() => decodeHeader(frame.subarray(8)));
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
