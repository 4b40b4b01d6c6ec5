import { digestBytes, shortDigest } from "../../compiler/ir/digest.ts";
import { type Column, columnNames, columns } from "../4-trace/columns.ts";
import { views } from "./views.ts";

const types: Readonly<Record<Column["type"], string>> = { utf8: "VARCHAR", int64: "BIGINT", int32: "INTEGER", float64: "DOUBLE" };

/**
 * The database: `log` holds every row of every run; `loaded`, per run, up to which row, what the log's files were then, and
 * whether a process was writing it; all else is a view of them. No keys, no indices: the loader sees to it that a row comes once.
 */
export const ddl = [
  `CREATE TABLE log (${columnNames.map((name) => `"${name}" ${types[columns[name].type]}`).join(", ")})`,
  "CREATE TABLE loaded (trace_id VARCHAR, seq BIGINT, stamp VARCHAR, live BOOLEAN)",
  ...Object.entries(views).map(([name, { query }]) => `CREATE VIEW ${name} AS ${query}`),
].join(";\n");

/** Which `ddl` made a database: one of another tama is made anew. */
export const ddlVersion = shortDigest(digestBytes(ddl));
