import type { Span } from "../../ir/span.ts";
import { type Cell, cellsOf, widthOfCells } from "./cells.ts";
import type { LocatedFile } from "./sources.ts";

/** A source line and the carets under the part that a span covers. Of a span over several lines the first is shown. */
export interface Frame {
  readonly line: string;
  readonly carets: string;
}

/** The cells of a line, those that a span covers, and whether more stands before or after. */
interface Marked {
  readonly cells: readonly Cell[];
  readonly from: number;
  readonly to: number;
  readonly before: boolean;
  readonly after: boolean;
}

/** Of a line longer than this only what is near the span is looked at, in UTF-16 units. */
const near = 1000;

/** The frame of a span that begins on a line, cut with `…` to `width` columns so that its start stays in sight. */
export function frameOf(span: Span, file: LocatedFile, lineNumber: number, width: number): Frame {
  const begin = file.starts[lineNumber - 1] ?? 0;
  const next = file.starts[lineNumber];
  const line = file.text.slice(begin, next === undefined ? file.text.length : next - 1);
  const left = Math.max(0, Math.min(span.start - begin, line.length) - near);
  const right = Math.min(line.length, span.start - begin + near);
  const cells = cellsOf(line.slice(left, right));
  const from = indexAt(cells, span.start - begin - left);
  const covered = cells.filter((cell) => cell.offset < span.end - begin - left).length;
  return draw(cut({ cells, from, to: Math.max(covered, from), before: left > 0, after: right < line.length }, width));
}

/** The cell that holds an offset; past the last one for the line's end. */
function indexAt(cells: readonly Cell[], offset: number): number {
  const after = cells.findIndex((cell) => cell.offset > offset);
  if (after !== -1) return Math.max(after - 1, 0);
  const last = cells.at(-1);
  return last && offset < last.offset + last.length ? cells.length - 1 : cells.length;
}

function cut(marked: Marked, width: number): Marked {
  const { cells, from } = marked;
  if (!marked.before && !marked.after && widthOfCells(cells) <= width) return marked;
  const context = fitting(cells.slice(0, from).toReversed(), widthOfCells(cells.slice(0, from)) + 10 < width ? width : width >> 2);
  const start = from - context;
  const count = fitting(cells.slice(start), width - 2);
  const end = start + count;
  return {
    cells: cells.slice(start, end),
    from: context,
    to: Math.max(Math.min(marked.to, end) - start, context),
    before: marked.before || start > 0,
    after: marked.after || end < cells.length,
  };
}

/** How many of the cells fit. */
function fitting(cells: readonly Cell[], width: number): number {
  let used = 0;
  const over = cells.findIndex((cell) => {
    used += cell.width;
    return used > width;
  });
  return over === -1 ? cells.length : over;
}

function draw({ cells, from, to, before, after }: Marked): Frame {
  const line = `${before ? "…" : ""}${cells.map((cell) => cell.shown).join("")}${after ? "…" : ""}`;
  const indent = (before ? 1 : 0) + widthOfCells(cells.slice(0, from));
  return { line: line.trimEnd(), carets: " ".repeat(indent) + "^".repeat(Math.max(widthOfCells(cells.slice(from, to)), 1)) };
}
