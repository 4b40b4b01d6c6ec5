import { runNoSuchPath } from "../../compiler/diagnostics/codes.generated.ts";
import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import { type Why, why } from "../journal/why.ts";
import type { Io } from "./io.ts";
import { refuse } from "./report-run.ts";
import { runId } from "./run-id.ts";

export interface WhyOptions {
  readonly stateDir: string;
  readonly run: string;
  readonly path: string;
  readonly format: "text" | "json";
}

/** `tama why RUN PATH`: why a task was done, and not taken from what was recorded before. */
export async function whyCommand({ stateDir, run, path, format }: WhyOptions, io: Io): Promise<ExitCode> {
  const found = await runId(stateDir, run);
  if (found.kind === "failed") return refuse(io, [found.diagnostic], exitCodes.diagnostics);
  const told = why(stateDir, found.id, path);
  if (!told) return refuse(io, [runNoSuchPath(null, { run: found.id.slice(0, 8), path })], exitCodes.diagnostics);
  io.stdout(format === "json" ? `${JSON.stringify(told, null, 2)}\n` : `${lines(told).join("\n")}\n`);
  return exitCodes.ok;
}

function lines({ path, source, same, nearest, difference }: Why): readonly string[] {
  if (source) return [`${path} was not done: its answer was taken from run ${source.slice(0, 8)}`];
  if (same)
    return [`${path} was done; run ${same.run.slice(0, 8)} had recorded the same request, at ${same.path}: --cache takes its answer`];
  if (!nearest) return [`${path} was done: nothing of the kind was recorded before`];
  const where = `run ${nearest.run.slice(0, 8)}, ${nearest.path}`;
  if (!difference) return [`${path} was done: no other run recorded the same request`, `nearest:   ${where}`];
  return [
    `${path} was done: no other run recorded the same request`,
    `nearest:   ${where}`,
    `differs:   ${difference.field}`,
    `  then:    ${difference.recorded}`,
    `  now:     ${difference.now}`,
  ];
}
