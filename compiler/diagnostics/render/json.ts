import type { Json } from "../../ir/json.ts";
import type { Span } from "../../ir/span.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { fileCache, positionsOf, type Sources } from "./sources.ts";

/** Findings for machines: a JSON array, lines and columns counted from 1, columns in UTF-16 units. */
export function renderJson(diagnostics: readonly Diagnostic[], sources: Sources): string {
  const fileOf = fileCache(sources);
  const place = (span: Span | null): Record<string, Json> => {
    if (!span) return { file: null, start: null, end: null };
    const { start, end } = positionsOf(span, fileOf(span.file));
    return { file: sources.path?.(span.file) ?? span.file, start: { ...start }, end: { ...end } };
  };
  const all = diagnostics.map(({ code, severity, message, help, span, related }) => ({
    code,
    severity,
    message,
    help,
    ...place(span),
    related: related.map((other) => ({ message: other.message, ...place(other.span) })),
  }));
  return `${JSON.stringify(all, null, 2)}\n`;
}
