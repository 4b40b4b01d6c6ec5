import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Sources } from "../diagnostics/render/sources.ts";
import { renderText } from "../diagnostics/render/text.ts";
import { version } from "../version.ts";
import type { FindingFormat } from "./formats.ts";

/** What every command of `tamac` is told about its output. */
export interface Output {
  readonly format: FindingFormat;
  readonly colour: boolean;
  /** Columns of the terminal; null where there is none. */
  readonly width: number | null;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** Shows findings: text to people on stderr, all else to machines on stdout, an empty list too. */
export async function show(diagnostics: readonly Diagnostic[], sources: Sources, output: Output): Promise<void> {
  if (output.format !== "text") return output.stdout(await forMachines(diagnostics, sources, output.format));
  const width = output.width === null ? {} : { width: output.width };
  const text = renderText(diagnostics, { ...sources, ...width, colour: output.colour });
  if (text !== "") output.stderr(text);
}

/** Findings about no source. */
export const noSources: Sources = { text: () => null };

/** The renderers are loaded when they are asked for. */
async function forMachines(diagnostics: readonly Diagnostic[], sources: Sources, format: Exclude<FindingFormat, "text">): Promise<string> {
  switch (format) {
    case "sarif":
      return (await import("../diagnostics/render/sarif.ts")).renderSarif(diagnostics, sources, version);
    case "github":
      return (await import("../diagnostics/render/github.ts")).renderGithub(diagnostics, sources);
    default:
      return (await import("../diagnostics/render/json.ts")).renderJson(diagnostics, sources);
  }
}
