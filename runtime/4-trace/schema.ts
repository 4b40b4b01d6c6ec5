import { Field, Schema } from "apache-arrow/schema";
import { type DataType, Float64, Int32, Int64, Utf8 } from "apache-arrow/type";
import { type Column, columnNames, columns } from "./columns.ts";

/**
 * The version of the log's two files. A newer one is refused; older ones have fewer columns. Lines have checksums since 2, the stream's
 * batches since 3.
 */
export const logFormat = { name: "tama.log", version: 3, checksOfLines: 2, checksOfBatches: 3 } as const;

const types: Readonly<Record<Column["type"], () => DataType>> = {
  utf8: () => new Utf8(),
  int64: () => new Int64(),
  int32: () => new Int32(),
  float64: () => new Float64(),
};

/** The Arrow schema of the log, with meaning, class, unit and OpenTelemetry name of each column. */
export function arrowSchema(): Schema {
  const fields = columnNames.map((name) => new Field(name, types[columns[name].type](), true, metadataOf(columns[name])));
  return new Schema(fields, new Map([[logFormat.name, String(logFormat.version)]]));
}

function metadataOf(column: Column): Map<string, string> {
  return new Map([
    ["meaning", column.meaning],
    ["class", column.class],
    ...(column.unit === undefined ? [] : [["unit", column.unit] as const]),
    ...(column.otel === undefined ? [] : [["otel", column.otel] as const]),
  ]);
}
