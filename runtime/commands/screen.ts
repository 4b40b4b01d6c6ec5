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

/**
 * Owns what is drawn at the end of an output. Each change is one write.
 *
 * - A1: every line of the area ends with a line break, so that the cursor is at the start of the line below it.
 * - A2: while somebody holds it, nothing of it is on the terminal.
 */
export function openScreen(output: Drawable): Screen {
  let lines: readonly string[] = [];
  let drawn = 0;
  let holders = 0;

  const erase = (): string => {
    const up = drawn === 0 ? "" : `\u001b[${drawn}A\r\u001b[J`;
    drawn = 0;
    return up;
  };
  const draw = (): string => {
    if (holders > 0) return "";
    const up = drawn === 0 ? "" : `\u001b[${drawn}A\r`;
    const rest = lines.length < drawn ? "\u001b[J" : "";
    drawn = lines.length;
    return `${up}${lines.map((line) => `${line}\u001b[K\n`).join("")}${rest}`;
  };
  const put = (text: string): void => {
    if (text !== "") output.write(text);
  };

  return {
    write: (text) => put(`${erase()}${text}${text.endsWith("\n") ? draw() : ""}`),
    show: (next) => {
      lines = next;
      put(draw());
    },
    leave: () => {
      lines = [];
      drawn = 0;
    },
    hold: () => {
      holders += 1;
      put(erase());
      return () => {
        holders -= 1;
        put(draw());
      };
    },
    columns: () => output.columns || 80,
    rows: () => output.rows || 24,
  };
}
