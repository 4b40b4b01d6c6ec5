/** Text in columns, for terminals. */

/** How a column's cells stand. */
export type Align = "left" | "right";

/** Lines of aligned cells, two spaces apart, without trailing spaces. Columns without an alignment stand left. */
export function alignRows(rows: readonly (readonly string[])[], aligns: readonly Align[] = []): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => rows.reduce((widest, row) => Math.max(widest, width(row[column] ?? "")), 0));
  const line = (row: readonly string[]) => row.map((cell, column) => pad(cell, widths[column] ?? 0, aligns[column] ?? "left")).join("  ");
  return rows.map((row) => line(row).trimEnd());
}

/** One line of at most `columns` characters; what is cut ends in `…`. Line breaks and tabs show as spaces. */
export function cut(text: string, columns: number): string {
  const characters = [...visible(text)];
  return characters.length <= columns ? characters.join("") : `${characters.slice(0, Math.max(0, columns - 1)).join("")}…`;
}

/** Fills up with spaces. */
export function pad(text: string, columns: number, align: Align): string {
  const spaces = " ".repeat(Math.max(0, columns - width(text)));
  return align === "left" ? text + spaces : spaces + text;
}

/** How many characters a line has, colours apart. */
export function width(text: string): number {
  return [...text.replaceAll(colour, "")].length;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: this is how colours begin
const colour = /\u001b\[[0-9;]*m/g;

/** Whatever a model wrote, none of it may steer the terminal. */
function visible(text: string): string {
  return text.replace(/\s+/g, " ").replace(/\p{Cc}/gu, "�");
}
