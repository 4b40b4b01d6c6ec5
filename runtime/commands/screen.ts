import { width } from "./columns-text.ts";

/** The terminal as a place to draw on: the lines at its end are drawn anew in place, all else is written above them. */
export interface Screen extends Area {
  /** Writes above the area. */
  readonly write: (text: string) => void;
}

/** The lines at the end of a terminal. */
export interface Area {
  readonly show: (lines: readonly string[]) => void;
  /** What is shown stays as text, and the area is empty. */
  readonly leave: () => void;
  /** Takes the area away while a person types; gives what brings it back. */
  readonly hold: () => () => void;
  readonly columns: () => number;
  readonly rows: () => number;
}

/** A terminal's output. */
export interface Drawable {
  readonly write: (text: string) => unknown;
  readonly columns?: number;
  readonly rows?: number;
}

/** From here on what is too wide for a line is cut off; is broken into further lines, as is usual. */
const [unbroken, broken] = ["\u001b[?7l", "\u001b[?7h"];

/** So many pictures, of which there are ten in a second. */
const leftOut = 5;

/**
 * Owns what is drawn at the end of an output. Each change is one write.
 *
 * - A1: every line of the area ends with a line break, so that the cursor is at the start of the line below it.
 * - A2: while somebody holds it, nothing of it is on the terminal.
 * - A3: in a terminal that was made narrower, lines of the area take as many rows as they were broken into.
 * - A4: no line is broken as it is drawn, so that what is drawn before a new width is known takes the rows that it should.
 * - A5: after a change of width some pictures are left out: tmux tells it up to a quarter of a second late.
 */
export function openScreen(output: Drawable): Screen {
  let lines: readonly string[] = [];
  let drawn: readonly string[] = [];
  let holders = 0;

  const columns = () => output.columns || 80;
  let known = columns();
  let unsettled = 0;
  const height = () => drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(width(line) / columns())), 0);
  const home = (): string => (drawn.length === 0 ? "" : `\u001b[${height()}A\r`);
  const erase = (): string => {
    const up = drawn.length === 0 ? "" : `${home()}\u001b[J`;
    drawn = [];
    return up;
  };
  const draw = (): string => {
    if (holders > 0 || unsettled > 0) return "";
    const [up, rest] = [home(), lines.length < height() ? "\u001b[J" : ""];
    drawn = lines;
    return `${up}${unbroken}${lines.map((line) => `\u001b[K${line}\n`).join("")}${broken}${rest}`;
  };
  const put = (text: string): void => {
    if (text !== "") output.write(text);
  };

  return {
    write: (text) => put(`${erase()}${text}${text.endsWith("\n") ? draw() : ""}`),
    show: (next) => {
      lines = next;
      unsettled = columns() === known ? Math.max(0, unsettled - 1) : leftOut;
      known = columns();
      put(draw());
    },
    leave: () => {
      const isLate = unsettled > 0;
      unsettled = 0;
      if (isLate) put(draw());
      lines = [];
      drawn = [];
    },
    hold: () => {
      holders += 1;
      put(erase());
      return () => {
        holders -= 1;
        put(draw());
      };
    },
    columns,
    rows: () => output.rows || 24,
  };
}
