import { type ColumnName, columnNames, type Row } from "./columns.ts";

/** A row as a list, in the order of the columns. */
export type Cells = readonly Cell[];
export type Cell = string | number | null;

const positions: ReadonlyMap<string, number> = new Map(columnNames.map((name, index) => [name, index]));
const blank: Cells = columnNames.map(() => null);

/** The cells of what parts of a row say; null elsewhere. Names that are no column are left out. */
export function cellsOf(...parts: readonly { readonly [C in ColumnName]?: Row[C] }[]): Cells {
  const cells = blank.slice();
  for (const part of parts) {
    for (const name of Object.keys(part) as ColumnName[]) {
      const position = positions.get(name);
      if (position !== undefined) cells[position] = part[name] ?? null;
    }
  }
  return cells;
}
