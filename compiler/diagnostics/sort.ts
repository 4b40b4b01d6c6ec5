import type { Diagnostic } from "./diagnostic.ts";

/** By file, place and code, without repeats; those of no file come first. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const distinct = new Map(diagnostics.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic]));
  return [...distinct.values()].sort(
    (a, b) =>
      order(a.span?.file ?? "", b.span?.file ?? "") ||
      (a.span?.start ?? 0) - (b.span?.start ?? 0) ||
      order(a.code, b.code) ||
      order(a.message, b.message),
  );
}

/** Whether any of them forbids a plan. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
