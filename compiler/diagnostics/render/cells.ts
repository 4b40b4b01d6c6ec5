/** A line as a terminal shows it: one cell per character that a person sees, with the columns that it takes. */
export interface Cell {
  readonly shown: string;
  readonly width: number;
  /** Offset of its first UTF-16 unit in the line. */
  readonly offset: number;
  /** Of it in UTF-16 units. */
  readonly length: number;
}

const tabStop = 4;
/** What would move the cursor, change its direction or the terminal's state. */
const unprintable = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu;
const marks = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
/** East Asian wide and fullwidth characters, and emoji. @see Unicode Standard Annex 11 */
const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{1F200}-\u{1F2FF}\u{20000}-\u{3FFFD}\p{Emoji_Presentation}]|\uFE0F/u;

/** What needs no look at Unicode, whose tables take Node ten milliseconds to open. */
const ascii = /^[\t\x20-\x7e]*$/;

/** One column a character, for sure: Latin letters, dashes and dots, arrows, what tables and trees are drawn with. */
const narrow = /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2010-\u2027\u2190-\u2193\u2500-\u259f]*$/;

/** The cells of a line, tabs as spaces to the next stop, and nothing that a terminal would obey. */
export function cellsOf(line: string): readonly Cell[] {
  const cells: Cell[] = [];
  let column = 0;
  for (const { segment, index } of charactersOf(line)) {
    const tab = tabStop - (column % tabStop);
    const cell = segment === "\t" ? { shown: " ".repeat(tab), width: tab } : { shown: printable(segment), width: widthOf(segment) };
    cells.push({ ...cell, offset: index, length: segment.length });
    column += cell.width;
  }
  return cells;
}

function charactersOf(line: string): Iterable<{ readonly segment: string; readonly index: number }> {
  if (ascii.test(line)) return [...line].map((segment, index) => ({ segment, index }));
  return new Intl.Segmenter("en", { granularity: "grapheme" }).segment(line);
}

/** Text without what a terminal would obey. */
export function printable(text: string): string {
  return text.replace(unprintable, "\uFFFD").toWellFormed();
}

/** The columns that a line takes. */
export function widthOfText(line: string): number {
  return narrow.test(line) ? line.length : widthOfCells(cellsOf(line));
}

/** Whole lines for a terminal: line breaks, tabs and colours stay, all else that it would obey does not, whoever wrote it. */
export function tame(text: string): string {
  return text.replace(obeyed, (found, kept?: string) => kept ?? "\uFFFD".repeat(found.length));
}

/** Colours and line breaks, as they are, or else a character that is none to print. */
const obeyed = new RegExp(`(\\x1b\\[[\\d;]*m|\\r?\\n|\\t)|${unprintable.source}`, "gu");

/** The columns that cells take. */
export function widthOfCells(cells: readonly Cell[]): number {
  return cells.reduce((sum, cell) => sum + cell.width, 0);
}

function widthOf(grapheme: string): number {
  if (wide.test(grapheme)) return 2;
  return marks.test(grapheme.replace(unprintable, "x")) ? 0 : 1;
}
