import type { Origin } from "../ir/plan.ts";
import { lineFinder, type Span } from "../ir/span.ts";

type Table<T> = Readonly<Record<string, T>>;

/** Spans as lines and columns, which people read and which stay small when a file grows elsewhere. */
export function placesOf(spans: Table<Span>, texts: Table<string>): Table<Origin> {
  const finders = new Map<string, ReturnType<typeof lineFinder>>();
  const placeOf = ({ file, start }: Span): Origin => {
    const find = finders.get(file) ?? lineFinder(texts[file] ?? "");
    finders.set(file, find);
    const { line, column } = find(start);
    return { column, file, line };
  };
  return Object.fromEntries(Object.entries(spans).map(([name, span]) => [name, placeOf(span)]));
}
