import { type ColumnName, columnNames, columns, type Row, type TraceEvent } from "../4-trace/columns.ts";

/** Rows that a log holds already, each to be found once. */
export interface KnownRows {
  /** Whether a row of the same identity and content is there that was not taken before. */
  readonly take: (event: TraceEvent) => boolean;
}

/** Collects rows. What says when and where a thing was done does not tell rows apart. */
export function knownRows(rows: Iterable<Row>): KnownRows {
  const counts = new Map<string, number>();
  for (const row of rows) {
    if (row.kind === "text" || row.kind === "message") continue;
    const key = keyOf(row);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return {
    take: (event) => {
      const key = keyOf(event);
      const left = counts.get(key) ?? 0;
      if (left > 0) counts.set(key, left - 1);
      return left > 0;
    },
  };
}

/** `node_id` follows from the path, and is not told before a row is written. */
const compared = columnNames.filter((name) => ["identity", "content"].includes(columns[name].class) && name !== "node_id");

function keyOf(row: { readonly [C in ColumnName]?: string | number | null }): string {
  return JSON.stringify(compared.map((name) => row[name] ?? null));
}
