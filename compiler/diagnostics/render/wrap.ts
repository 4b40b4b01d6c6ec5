import { widthOfText } from "./cells.ts";

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
  let used = 0;
  for (const word of text.split(" ")) {
    const room = width - (lines.length === 0 ? taken : indent.length);
    const columns = widthOfText(word);
    if (current !== "" && used + 1 + columns > room) {
      lines.push(current);
      current = "";
    }
    used = current === "" ? columns : used + 1 + columns;
    current = current === "" ? word : `${current} ${word}`;
  }
  return [...lines, current].map((line, index) => (index === 0 ? line : `${indent}${line}`));
}
