import { patterns as builtIn } from "../../stdlib/patterns/index.ts";
import { type ExitCode, exitCodes } from "../ir/exit-codes.ts";
import { schemas } from "../schemas/index.ts";
import type { SchemaName } from "./formats.ts";
import { patternsIn } from "./patterns.ts";
import { noSources, type Output, show } from "./terminal.ts";

/** `tamac schema NAME`: a JSON Schema for editors. That of AGENT.md knows a project's own patterns too, where it is asked for one. */
export async function runSchema(name: SchemaName, dir: string | null, output: Output): Promise<ExitCode> {
  const { patterns, problem } = dir === null ? { patterns: builtIn, problem: null } : await patternsIn(dir);
  if (problem) {
    await show([problem], noSources, output);
    return exitCodes.diagnostics;
  }
  const schema = name === "agent" ? schemas.agent(Object.values(patterns)) : schemas[name]();
  output.stdout(`${JSON.stringify(schema, null, 2)}\n`);
  return exitCodes.ok;
}
