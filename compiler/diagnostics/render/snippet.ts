import type { Span } from "../../ir/span.ts";
import { cellsOf, printable, widthOfCells } from "./cells.ts";
import { frameOf } from "./frame.ts";
import { type LocatedFile, positionsOf } from "./sources.ts";
import { wrap } from "./wrap.ts";

/** A place to mark in a file, and what to say there. */
export interface Mark {
  readonly span: Span;
  readonly sign: "^" | "-";
  readonly label: string | null;
  readonly paint: (text: string) => string;
}

/** How a snippet is shown: the path to print, the columns that there are, and the colour of what frames the lines. */
export interface Look {
  readonly path: string;
  readonly width: number;
  readonly frame: (text: string) => string;
}

/** A line of the file with the rows of marks below it. */
interface Row {
  readonly number: number;
  readonly source: string;
  readonly marks: readonly string[];
}

/** The lines that marks stand in, in the file's order, each with its marks and labels; headed by the place of the first mark. */
export function snippet(marks: readonly Mark[], file: LocatedFile, { path, width, frame }: Look): readonly string[] {
  const places = marks.map(({ span }) => positionsOf(span, file).start);
  const margin = " ".repeat(String(Math.max(...places.map(({ line }) => line))).length);
  const room = Math.max(width - margin.length - 3, 20);
  const rows = rowsOf(marks, file, room);
  const head = `${margin}${frame("-->")} ${path}:${places[0]?.line ?? 1}:${places[0]?.column ?? 1}`;
  const lines = rows.flatMap(({ number, source, marks: below }, index) => {
    const before = rows[index - 1];
    return [
      ...(before && number > before.number + 1 ? [frame("...")] : []),
      `${frame(`${String(number).padStart(margin.length)} |`)} ${source}`.trimEnd(),
      ...below.map((mark) => `${margin} ${frame("|")} ${mark}`),
    ];
  });
  return [head, `${margin} ${frame("|")}`, ...lines];
}

function rowsOf(marks: readonly Mark[], file: LocatedFile, room: number): readonly Row[] {
  const rows: Row[] = [];
  for (const mark of [...marks].sort((a, b) => a.span.start - b.span.start)) {
    const number = positionsOf(mark.span, file).start.line;
    const { line, carets } = frameOf(mark.span, file, number, room);
    const last = rows.at(-1);
    const drawn = rowsBelow(carets, mark, room);
    if (last?.number === number && last.source === line) rows.splice(-1, 1, { ...last, marks: [...last.marks, ...drawn] });
    else rows.push({ number, source: line, marks: drawn });
  }
  return rows;
}

/** The carets, and the label beside them; below them where there is no room. */
function rowsBelow(carets: string, { sign, label, paint }: Mark, room: number): readonly string[] {
  const drawn = carets.replaceAll("^", sign);
  if (label === null) return [paint(drawn)];
  const text = printable(label);
  if (drawn.length + 1 + widthOfCells(cellsOf(text)) <= room) return [paint(`${drawn} ${text}`)];
  const indent = " ".repeat(Math.min(drawn.search(/\S/), room >> 1));
  const [first = "", ...rest] = wrap(text, { width: room, taken: indent.length, indent });
  return [drawn, `${indent}${first}`, ...rest].map(paint);
}
