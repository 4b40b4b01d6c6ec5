import { type ExitCode, exitCodes } from "../ir/exit-codes.ts";
import { schemas } from "../schemas/index.ts";
import type { SchemaName } from "./formats.ts";
import type { Output } from "./terminal.ts";

/** `tamac schema NAME`: a JSON Schema for editors. */
export function runSchema(name: SchemaName, output: Output): ExitCode {
  output.stdout(`${JSON.stringify(schemas[name](), null, 2)}\n`);
  return exitCodes.ok;
}
