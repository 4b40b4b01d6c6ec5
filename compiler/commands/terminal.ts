import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { renderJson } from "../diagnostics/render/json.ts";
import type { Sources } from "../diagnostics/render/sources.ts";
import { renderText } from "../diagnostics/render/text.ts";

/** What every command of `tamac` is told about its output. */
export interface Output {
  readonly format: "text" | "json";
  readonly colour: boolean;
  /** Columns of the terminal; null where there is none. */
  readonly width: number | null;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** Shows findings: text to people on stderr, JSON to machines on stdout, an empty list too. */
export function show(diagnostics: readonly Diagnostic[], sources: Sources, output: Output): void {
  if (output.format === "json") return output.stdout(renderJson(diagnostics, sources));
  const width = output.width === null ? {} : { width: output.width };
  const text = renderText(diagnostics, { ...sources, ...width, colour: output.colour });
  if (text !== "") output.stderr(text);
}

/** Findings about no source. */
export const noSources: Sources = { text: () => null };
