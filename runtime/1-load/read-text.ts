import { readFileSync } from "node:fs";
import { runNoFile } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";

export type ReadText = { readonly kind: "ok"; readonly text: string } | { readonly kind: "failed"; readonly diagnostic: Diagnostic };

/** Reads a UTF-8 file named on the command line. Reports run/no-file. */
export function readText(file: string): ReadText {
  return readFrom(file, file);
}

function readFrom(source: string | 0, file: string): ReadText {
  try {
    return { kind: "ok", text: new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(source)) };
  } catch (error) {
    return { kind: "failed", diagnostic: runNoFile(null, { file, reason: reasonOf(error) }) };
  }
}

/** A run's input: the text itself, `@file`, or `-` for standard input. */
export function readInput(input: string): ReadText {
  if (input === "-") return readFrom(0, "standard input");
  return input.startsWith("@") ? readText(input.slice(1)) : { kind: "ok", text: input };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && error.code === "ENOENT") return "there is no such file";
  if ("code" in error && error.code === "EISDIR") return "it is a folder";
  return error instanceof TypeError ? "it is not UTF-8 text" : error.message;
}
