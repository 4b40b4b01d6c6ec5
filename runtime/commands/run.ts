import { planNotNoted } from "../../compiler/diagnostics/codes.generated.ts";
import { renderText } from "../../compiler/diagnostics/render/text.ts";
import { buildNotePath } from "../../compiler/ir/build-note.ts";
import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import { projectDir } from "../1-load/project-dir.ts";
import { noteBuilt } from "../1-load/trust.ts";
import { allowedByAny, allowedByConfig } from "../permissions/allowance.ts";
import { type ExecFlags, type Host, runPlan } from "./exec.ts";
import { tell } from "./io.ts";
import { allowedBy } from "./permissions-cli.ts";
import { refuse } from "./report-run.ts";

/** `tama run "task"`: compiles the project and runs the plan, without writing it. What the config's `permissions` say is granted. */
export async function runCommand(flags: ExecFlags, host: Host): Promise<ExitCode> {
  const allowed = allowedBy(flags, host);
  if (allowed.kind === "failed") return refuse(host.io, allowed.diagnostics, exitCodes.diagnostics);
  const { build, permissionsOf, sourcesOf } = await import("../../compiler/index.ts");
  const dir = projectDir(flags.directory, host.cwd);
  const { plan, diagnostics, sources } = await build(dir);
  host.io.stderr(renderText(diagnostics, { colour: host.io.color, width: host.io.columns, ...sourcesOf(dir, sources) }));
  if (!plan) return exitCodes.diagnostics;
  const home = { home: host.home, xdgStateHome: host.env["XDG_STATE_HOME"] };
  if (!noteBuilt(plan, home)) tell(host.io, [planNotNoted(null, { path: buildNotePath(home.home, home.xdgStateHome, plan.digest) })]);
  const allowance = allowedByAny([allowed.allowance, allowedByConfig(permissionsOf(sources))]);
  return runPlan(plan, { ...flags, directory: dir, allowance }, host);
}
