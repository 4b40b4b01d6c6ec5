/** A place in a source file: UTF-16 offsets from the file's start, `end` exclusive. `file` is relative to the project, with `/`. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** A line and a column, both counted from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The offsets at which the lines of `text` begin. */
export function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Finds offsets in a text, whose lines are looked for as far as they are asked for. */
export function lineFinder(text: string): (offset: number) => Position {
  const starts = [0];
  let end = text.indexOf("\n");
  return (offset) => {
    for (; end !== -1 && end < offset; end = text.indexOf("\n", end + 1)) starts.push(end + 1);
    return positionAt(starts, offset);
  };
}

/** Where an offset lies, by binary search over `lineStarts`. */
export function positionAt(starts: readonly number[], offset: number): Position {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}
