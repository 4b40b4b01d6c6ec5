import type { Origin } from "../ir/plan.ts";
import { lineFinder, type Span } from "../ir/span.ts";

type Table<T> = Readonly<Record<string, T>>;

/** Spans as lines and columns, which people read and which stay small when a file grows elsewhere. Sorted by name, as plans are. */
export function placesOf(spans: ReadonlyMap<string, Span>, texts: Table<string>): Table<Origin> {
  const finders = new Map<string, ReturnType<typeof lineFinder>>();
  const placeOf = ({ file, start }: Span): Origin => {
    const find = finders.get(file) ?? lineFinder(texts[file] ?? "");
    finders.set(file, find);
    const { line, column } = find(start);
    return { column, file, line };
  };
  const places = [...spans].map(([name, span]) => [name, placeOf(span)] as const);
  return Object.fromEntries(places.sort(([a], [b]) => (a < b ? -1 : 1)));
}
