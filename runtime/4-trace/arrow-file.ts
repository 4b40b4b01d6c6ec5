import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Schema } from "apache-arrow/schema";
import { decodeBatch, decodeHeader, type Header } from "./arrow.ts";
import type { Batch } from "./batch.ts";
import { logFormat } from "./schema.ts";
import { isMissing } from "./segments.ts";

/** The batches of a stream, up to a torn one; none when the file is not there. */
export function* sealedBatches(file: string): Generator<Batch> {
  let schema: Schema | null = null;
  for (const { header, body } of messagesOf(file)) {
    if (header.isSchema()) schema = header.header();
    else if (header.isRecordBatch() && schema !== null) yield decodeBatch(header.header(), schema, body);
  }
}

/** The format version that a stream declares; null when it has no whole schema. */
export function versionOf(file: string): number | null {
  for (const { header } of messagesOf(file)) return header.isSchema() ? Number(header.header().metadata.get(logFormat.name)) : null;
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
  try {
    return decodeHeader(bytes);
  } catch {
    return null;
  }
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
