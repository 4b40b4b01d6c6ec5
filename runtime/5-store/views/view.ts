import { type Column, type ColumnName, columns } from "../../4-trace/columns.ts";

/** What people can query: declared once, for the database, the docs and the tests. */
export interface View {
  /** What a row is. */
  readonly row: string;
  /** Each column in order, with what it means. */
  readonly columns: Readonly<Record<string, string>>;
  readonly query: string;
}

/** Columns that a view takes over from the log, with their meaning. */
export function fromLog(...names: readonly ColumnName[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, meaningOf(name)]));
}

/** Columns of the log as a select list. */
export function select(table: string, ...names: readonly ColumnName[]): string {
  return names.map((name) => `${table}.${name}`).join(", ");
}

/** The rows of some kinds, of each span the last: what a resume did again counts once. */
export function lastPerSpan(...kinds: readonly string[]): string {
  const list = kinds.map((kind) => `'${kind}'`).join(", ");
  return `(SELECT * FROM log WHERE kind IN (${list}) QUALIFY row_number() OVER (PARTITION BY trace_id, span_id ORDER BY seq DESC) = 1)`;
}

/** The four buckets of tokens: no token is in two of them. */
export const buckets = ["input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens"] as const satisfies readonly ColumnName[];

function meaningOf(name: ColumnName): string {
  const { meaning, unit }: Column = columns[name];
  return unit === "us" ? `${meaning}, in microseconds` : meaning;
}
