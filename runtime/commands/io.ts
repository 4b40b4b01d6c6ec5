import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { renderText } from "../../compiler/diagnostics/render/text.ts";
import type { Area } from "./screen.ts";

/** Where a command writes, and how wide and colourful. */
export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Whether stderr shows colours. */
  readonly color: boolean;
  /** Width of the terminal, in columns. */
  readonly columns: number;
  /** How stdout shows things to people; absent where it is no terminal, but a file or a pipe. */
  readonly page?: { readonly color: boolean };
  /** Where a picture can be drawn anew in place; absent where stderr is no terminal. */
  readonly area?: Area;
}

/** Shows findings that have no place in a source. */
export function tell(io: Io, diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length > 0) io.stderr(renderText(diagnostics, { colour: io.color, width: io.columns, text: () => null }));
}
