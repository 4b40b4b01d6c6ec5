/** Text in columns, for terminals. */
import { type Cell, cellsOf, widthOfCells, widthOfText } from "../../compiler/diagnostics/render/cells.ts";

/** How a column's cells stand. */
export type Align = "left" | "right";

/** Lines of aligned cells, two spaces apart, without trailing spaces. Columns without an alignment stand left. */
export function alignRows(rows: readonly (readonly string[])[], aligns: readonly Align[] = []): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => rows.reduce((widest, row) => Math.max(widest, width(row[column] ?? "")), 0));
  const line = (row: readonly string[]) => row.map((cell, column) => pad(cell, widths[column] ?? 0, aligns[column] ?? "left")).join("  ");
  return rows.map((row) => line(row).trimEnd());
}

/** One line of at most so many columns; what is cut ends in `…`. Line breaks and tabs show as spaces, and what would steer the terminal as `�`. */
export function cut(text: string, columns: number): string {
  const cells = cellsOf(text.replace(/\s+/g, " ").slice(0, columns * 16));
  const shown = (kept: readonly Cell[]) => kept.map((cell) => cell.shown).join("");
  if (widthOfCells(cells) <= columns) return shown(cells);
  let room = columns - 1;
  const end = cells.findIndex((cell) => {
    room -= cell.width;
    return room < 0;
  });
  return `${shown(cells.slice(0, end))}…`;
}

/** Fills up with spaces. */
export function pad(text: string, columns: number, align: Align): string {
  const spaces = " ".repeat(Math.max(0, columns - width(text)));
  return align === "left" ? text + spaces : spaces + text;
}

/** How many columns a line takes, colours apart. */
export function width(text: string): number {
  return widthOfText(text.replaceAll(colour, ""));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: this is how colours begin
const colour = /\u001b\[[0-9;]*m/g;
