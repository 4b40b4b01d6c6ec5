/**
 * Whole messages of an Arrow stream, to and from plain buffers. It stays below Arrow's vectors and builders, which take
 * longer to load than a short run takes, and five times longer to fill than plain columns.
 * @see https://arrow.apache.org/docs/format/IPC.html
 */
import { crc32 } from "node:zlib";
import { BufferRegion, FieldNode, Message, RecordBatch } from "apache-arrow/ipc/metadata/message";
import type { Schema } from "apache-arrow/schema";
import { DataType } from "apache-arrow/type";
import { type Batch, type ColumnData, perColumn } from "./batch.ts";
import { columnNames } from "./columns.ts";
import { arrowSchema } from "./schema.ts";

/** The message that opens a stream, and what makes a batch a message of that stream. */
export function encodeSchema(): { readonly message: Buffer; readonly encodeBatch: (batch: Batch) => Buffer } {
  const message = frame(Message.encode(Message.from(arrowSchema())), 0);
  const start = crc32(message);
  return { message, encodeBatch: (batch) => checked(encodeBatch(batch), start) };
}

/** The message that says: nothing follows. */
export function encodeEnd(): Buffer {
  return Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
}

/** A body ends with so many bytes that no column refers to: the checksum of the stream's schema and all of the message before it, then 0. */
const checkBytes = 8;

function checked(message: Buffer, start: number): Buffer {
  const end = message.length - checkBytes;
  message.writeUInt32LE(crc32(message.subarray(0, end), start), end);
  return message;
}

/** Whether a message of a stream is as it was written. `start`: the checksum of its schema's message. */
export function isAsWritten({ frame, body }: { readonly frame: Uint8Array; readonly body: Buffer }, start: number): boolean {
  const end = body.length - checkBytes;
  return end >= 0 && crc32(body.subarray(0, end), crc32(frame, start)) === body.readUInt32LE(end);
}

/** A batch as one message, with room for its checksum. */
function encodeBatch(batch: Batch): Buffer {
  const data = columnNames.flatMap((name) => batch.columns[name] ?? []);
  const buffers = data.flatMap(({ validity, values, offsets }) => (offsets === null ? [validity, values] : [validity, offsets, values]));
  let size = 0;
  const regions = buffers.map(({ byteLength }) => {
    const region = new BufferRegion(size, byteLength);
    size += padded(byteLength);
    return region;
  });
  const nodes = data.map(({ nulls }) => new FieldNode(batch.rows, nulls));
  size += checkBytes;
  const header = Message.encode(Message.from(new RecordBatch(batch.rows, nodes, regions, null), size));
  const message = frame(header, size);
  const body = message.length - size;
  buffers.forEach((buffer, index) => {
    message.set(new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength), body + (regions[index]?.offset ?? 0));
  });
  return message;
}

/** A message as read: its metadata, and the length of the body that follows. */
export type Header = Message;

/** Reads a message's metadata. Throws for bytes that are none. */
export function decodeHeader(bytes: Uint8Array): Header {
  return Message.decode(bytes);
}

/** A batch's columns as views on its body, whose first byte must lie at a multiple of 8. */
export function decodeBatch(header: RecordBatch, schema: Schema, body: Uint8Array): Batch {
  const found = new Map<string, ColumnData>();
  let next = 0;
  schema.fields.forEach(({ name, type }, index) => {
    const regions = header.buffers.slice(next, next + (DataType.isUtf8(type) ? 3 : 2));
    next += regions.length;
    const buffers = regions.map((region) => bytesOf(body, region));
    found.set(name, columnData(type, header.nodes[index]?.nullCount ?? 0, buffers));
  });
  return { rows: header.length, columns: perColumn((name) => found.get(name) ?? null) };
}

function columnData(type: DataType, nulls: number, [validity = none, second = none, third = none]: readonly Uint8Array[]): ColumnData {
  const { buffer, byteOffset, byteLength } = second;
  if (DataType.isUtf8(type)) return { nulls, validity, values: third, offsets: new Int32Array(buffer, byteOffset, byteLength / 4) };
  if (DataType.isFloat(type)) return { nulls, validity, values: new Float64Array(buffer, byteOffset, byteLength / 8), offsets: null };
  const isWide = DataType.isInt(type) && type.bitWidth === 64;
  const values = isWide ? new BigInt64Array(buffer, byteOffset, byteLength / 8) : new Int32Array(buffer, byteOffset, byteLength / 4);
  return { nulls, validity, values, offsets: null };
}

const none = new Uint8Array(0);

function bytesOf(body: Uint8Array, { offset, length }: BufferRegion): Uint8Array {
  return body.subarray(offset, offset + length);
}

/** Marker, length of the metadata, metadata, and room for the body; each part padded to 8 bytes. */
function frame(metadata: Uint8Array, bodyLength: number): Buffer {
  const length = padded(metadata.length);
  const message = Buffer.alloc(8 + length + bodyLength);
  message.writeInt32LE(-1, 0);
  message.writeInt32LE(length, 4);
  message.set(metadata, 8);
  return message;
}

function padded(length: number): number {
  return (length + 7) & ~7;
}
