import { renderText } from "../../compiler/diagnostics/render/text.ts";
import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import { projectDir } from "../1-load/project-dir.ts";
import { type ExecFlags, type Host, runPlan } from "./exec.ts";

/** `tama run "task"`: compiles the project and runs the plan, without writing it. */
export async function runCommand(flags: ExecFlags, host: Host): Promise<ExitCode> {
  const { build, sourcesOf } = await import("../../compiler/index.ts");
  const dir = projectDir(flags.directory, host.cwd);
  const { plan, diagnostics, sources } = await build(dir);
  host.io.stderr(renderText(diagnostics, { colour: host.io.color, width: host.io.columns, ...sourcesOf(dir, sources) }));
  return plan ? runPlan(plan, { ...flags, directory: dir }, host) : exitCodes.diagnostics;
}
