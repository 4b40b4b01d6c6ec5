import type { Origin } from "../ir/plan.ts";
import { lineStarts, positionAt, type Span } from "../ir/span.ts";

type Table<T> = Readonly<Record<string, T>>;

/** Spans as lines and columns, which people read and which stay small when a file grows elsewhere. */
export function placesOf(spans: Table<Span>, texts: Table<string>): Table<Origin> {
  const starts = new Map<string, readonly number[]>();
  const startsOf = (file: string) => {
    const known = starts.get(file) ?? lineStarts(texts[file] ?? "");
    starts.set(file, known);
    return known;
  };
  return Object.fromEntries(
    Object.entries(spans).map(([name, span]) => [name, { file: span.file, ...positionAt(startsOf(span.file), span.start) }]),
  );
}
