import colors from "picocolors";
import type { Span } from "../../ir/span.ts";
import type { Diagnostic, Related, Severity } from "../diagnostic.ts";
import { printable } from "./cells.ts";
import { type Mark, snippet } from "./snippet.ts";
import { fileCache, type LocatedFile, type Sources } from "./sources.ts";
import { wrap } from "./wrap.ts";

export interface TextOptions extends Sources {
  /** Whether to colour; decided by who knows the terminal. */
  readonly colour: boolean;
  /** Columns of the terminal: prose is broken there, and longer source lines are cut. Where it is not given, prose is not, and lines are at 120. */
  readonly width?: number;
}

type Paint = ReturnType<typeof colors.createColors>;

interface Page {
  readonly paint: Paint;
  readonly width: number;
  /** Columns to break prose at; null where nobody said. */
  readonly terminal: number | null;
  readonly fileOf: (file: string) => LocatedFile | null;
  readonly pathOf: (file: string) => string;
}

/** Findings for people, as rustc shows them: the fact, the place, the line, and what may help. Ends with a count; empty without findings. */
export function renderText(diagnostics: readonly Diagnostic[], options: TextOptions): string {
  if (diagnostics.length === 0) return "";
  const page: Page = {
    paint: colors.createColors(options.colour),
    width: options.width ?? 120,
    terminal: options.width ?? null,
    fileOf: fileCache(options),
    pathOf: options.path ?? ((file) => file),
  };
  return `${diagnostics.map((diagnostic) => block(diagnostic, page)).join("\n")}\n${summarise(diagnostics)}\n`;
}

/** `2 errors, 1 warning in 3 files`. */
export function summarise(diagnostics: readonly Diagnostic[]): string {
  const counts = (["error", "warning", "info"] as const).flatMap((severity) => {
    const found = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return found > 0 ? [plural(found, severity === "info" ? "note" : severity)] : [];
  });
  const files = new Set(diagnostics.flatMap(({ span }) => (span ? [span.file] : []))).size;
  return `${counts.join(", ")}${files > 0 ? ` in ${plural(files, "file")}` : ""}`;
}

/** `1 file`, `2 files`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function block({ code, severity, message, help, span, related }: Diagnostic, page: Page): string {
  const { paint } = page;
  const head = `${severity}[${code}]`;
  const title = saying(`${head}: `, message, page).map((line, index) => {
    if (index > 0) return paint.bold(line);
    return `${tint(severity, paint)(paint.bold(head))}${paint.bold(line.slice(head.length))}`;
  });
  const near = related.filter((other) => span && other.span.file === span.file && page.fileOf(span.file));
  const far = related.filter((other) => !near.includes(other));
  const others = far.flatMap((other) => [
    ...labelled("note", other.message, page, paint.bold),
    ...frame(markOf(other.span, paint.cyan), [], page),
  ]);
  const advice = help === null ? [] : labelled("help", help, page, (label) => paint.cyan(paint.bold(label)));
  const lines = [...title, ...(span ? frame(markOf(span, tint(severity, paint)), near, page) : []), ...others, ...advice];
  return `${lines.join("\n")}\n`;
}

/** `help: ...`, its label painted. */
function labelled(label: string, text: string, page: Page, mark: (text: string) => string): readonly string[] {
  return saying(`${label}: `, text, page).map((line, index) => (index === 0 ? `${mark(label)}${line.slice(label.length)}` : line));
}

/** What stands after a head, broken where the terminal ends, further lines below the first word. */
function saying(head: string, text: string, { terminal }: Page): readonly string[] {
  const shown = printable(text);
  if (terminal === null) return [`${head}${shown}`];
  const indent = " ".repeat(head.length > 8 ? 2 : head.length);
  const [first = "", ...rest] = wrap(shown, { width: terminal, taken: head.length, indent });
  return [`${head}${first}`, ...rest];
}

/** The place, and where the text is known the lines of it and of what is near, marked. */
function frame(mark: Mark, near: readonly Related[], page: Page): readonly string[] {
  const { blue, cyan } = page.paint;
  const { span } = mark;
  const path = printable(page.pathOf(span.file));
  const file = page.fileOf(span.file);
  if (!file) return [` ${blue("-->")} ${path}`];
  const labels = near.map((other): Mark => ({ span: other.span, sign: "-", label: other.message, paint: cyan }));
  return snippet([mark, ...labels], file, { path, width: page.width, frame: blue });
}

function markOf(span: Span, paint: Mark["paint"]): Mark {
  return { span, sign: "^", label: null, paint };
}

function tint(severity: Severity, paint: Paint): (text: string) => string {
  return { error: paint.red, warning: paint.yellow, info: paint.blue }[severity];
}
