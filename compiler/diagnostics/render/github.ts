import type { Diagnostic, Severity } from "../diagnostic.ts";
import { fileCache, positionsOf, type Sources } from "./sources.ts";

const commands: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "notice" };

/**
 * Findings as workflow commands, one line each, which GitHub shows beside the changed lines.
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function renderGithub(diagnostics: readonly Diagnostic[], sources: Sources): string {
  const fileOf = fileCache(sources);
  return diagnostics.map((diagnostic) => line(diagnostic, sources, fileOf)).join("");
}

function line({ code, severity, message, help, span }: Diagnostic, sources: Sources, fileOf: ReturnType<typeof fileCache>): string {
  const text = help === null ? message : `${message}\nhelp: ${help}`;
  const place = span ? placeOf(sources.path?.(span.file) ?? span.file, positionsOf(span, fileOf(span.file))) : [];
  const properties = [...place, `title=${inProperty(code)}`].join(",");
  return `::${commands[severity]} ${properties}::${inText(text)}\n`;
}

/** Columns are told only within one line: GitHub ignores them otherwise, and says so. */
function placeOf(file: string, { start, end }: ReturnType<typeof positionsOf>): readonly string[] {
  const lines = [`file=${inProperty(file)}`, `line=${start.line}`, `endLine=${end.line}`];
  return start.line === end.line ? [...lines, `col=${start.column}`, `endColumn=${end.column}`] : lines;
}

function inText(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function inProperty(text: string): string {
  return inText(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
