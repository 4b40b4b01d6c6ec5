import type { Diagnostic, Report } from "../diagnostics/diagnostic.ts";
import type { Span } from "../ir/span.ts";
import { align } from "./align.ts";
import type { Extent } from "./syntax.ts";

/** A text that holds an expression, a type or a template, and where it stands: `raw` is what the file has at `span`. */
export interface ExprSource {
  readonly text: string;
  readonly raw: string;
  readonly span: Span;
}

/** Where a stretch of the text stands in the file: through quotes, escapes, folding and indentation of YAML. An alias is told as a whole. */
export function spanIn({ text, raw, span }: ExprSource, { start, end }: Extent): Span {
  const from = Math.min(Math.max(start, 0), text.length);
  const to = Math.min(Math.max(end, from), text.length);
  if (raw === text) return { file: span.file, start: span.start + from, end: span.start + to };
  if (raw.startsWith("*")) return span;
  const places = align(raw, text);
  const first = places[from]?.start ?? places.at(-1)?.end ?? 0;
  const last = to > from ? (places[to - 1]?.end ?? first) : first;
  return { file: span.file, start: span.start + first, end: span.start + Math.max(first, last) };
}

/** Makes a finding about a stretch of a source. */
export type Tell = (extent: Extent, make: (span: Span) => Diagnostic) => void;

/** Tells of places in `source`. */
export function tellOf(source: ExprSource, report: Report): Tell {
  return (extent, make) => report(make(spanIn(source, extent)));
}

/** The text of a stretch, for findings: long ones are cut. */
export function quote({ text }: ExprSource, { start, end }: Extent): string {
  const shown = text.slice(start, end).toWellFormed().replace(/\s+/g, " ");
  return shown.length > 40 ? `${shown.slice(0, 40).toWellFormed()}...` : shown;
}
