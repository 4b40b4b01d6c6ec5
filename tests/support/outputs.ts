/** Where commands write in tests: no terminal, no colour. */
import type { FindingFormat } from "../../compiler/commands/formats.ts";
import type { Output } from "../../compiler/commands/terminal.ts";

/** An output that remembers what was written. */
export function outputs(format: FindingFormat = "text"): { readonly io: Output; readonly written: { stdout: string; stderr: string } } {
  const written = { stdout: "", stderr: "" };
  const stdout = (text: string) => {
    written.stdout += text;
  };
  const stderr = (text: string) => {
    written.stderr += text;
  };
  return { io: { format, colour: false, width: null, stdout, stderr }, written };
}
