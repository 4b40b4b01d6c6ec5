import { digest } from "../../ir/digest.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { fileCache, type LocatedFile, positionsOf, type Sources } from "../render/sources.ts";

/** A finding with what it is known by from one version of the sources to the next. */
export interface Fingerprinted {
  readonly diagnostic: Diagnostic;
  readonly fingerprint: string;
}

/**
 * Fingerprints findings by code, file, the text that they are about and its line, not by line numbers or prose: they survive
 * edits elsewhere in the file and a reworded message. Equal findings have equal fingerprints.
 */
export function fingerprints(diagnostics: readonly Diagnostic[], sources: Sources): readonly Fingerprinted[] {
  const fileOf = fileCache(sources);
  return diagnostics.map((diagnostic) => ({ diagnostic, fingerprint: fingerprint(diagnostic, fileOf) }));
}

function fingerprint({ code, message, span }: Diagnostic, fileOf: (file: string) => LocatedFile | null): string {
  const file = span && fileOf(span.file);
  if (!span || !file) return digest([code, span?.file ?? null, message]);
  return digest([code, span.file, file.text.slice(span.start, span.end), lineOf(file, positionsOf(span, file).start.line)]);
}

function lineOf({ text, starts }: LocatedFile, line: number): string {
  return text.slice(starts[line - 1] ?? 0, starts[line] ?? text.length).trim();
}
