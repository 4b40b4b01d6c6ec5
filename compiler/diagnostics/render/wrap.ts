import { cellsOf, widthOfCells } from "./cells.ts";

/** Where text is broken: the columns of a line, and those that the first line has lost to what stands before it. */
export interface Wrapping {
  readonly width: number;
  readonly taken: number;
  /** Put before every line but the first. */
  readonly indent: string;
}

/** Breaks text between words so that no line is wider than the terminal; a word that is wider by itself stands alone. */
export function wrap(text: string, { width, taken, indent }: Wrapping): readonly string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of text.split(" ")) {
    const room = width - (lines.length === 0 ? taken : indent.length);
    const longer = current === "" ? word : `${current} ${word}`;
    if (current === "" || widthOfCells(cellsOf(longer)) <= room) current = longer;
    else {
      lines.push(current);
      current = word;
    }
  }
  return [...lines, current].map((line, index) => (index === 0 ? line : `${indent}${line}`));
}
