import { lineStarts, type Position, positionAt, type Span } from "../../ir/span.ts";

/** What a renderer knows of the files that findings are about. */
export interface Sources {
  /** A file's text, or null where it could not be read. */
  readonly text: (file: string) => string | null;
  /** A file's path as people should see it. Default: as it is. */
  readonly path?: (file: string) => string;
}

/** A file with the places of its lines. */
export interface LocatedFile {
  readonly text: string;
  readonly starts: readonly number[];
}

/** Looks at each file once. */
export function fileCache(sources: Sources): (file: string) => LocatedFile | null {
  const seen = new Map<string, LocatedFile | null>();
  return (file) => {
    const known = seen.get(file);
    if (known !== undefined) return known;
    const text = sources.text(file);
    const located = text === null ? null : { text, starts: lineStarts(text) };
    seen.set(file, located);
    return located;
  };
}

/** Where a span begins and ends; the file's start where its text is not known. */
export function positionsOf(span: Span, file: LocatedFile | null): { readonly start: Position; readonly end: Position } {
  const starts = file?.starts ?? [0];
  return file ? { start: positionAt(starts, span.start), end: positionAt(starts, span.end) } : unknownPlace;
}

const unknownPlace = { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };
