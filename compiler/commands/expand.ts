import { closest } from "../diagnostics/closest.ts";
import { cliUnknownAgent } from "../diagnostics/codes.generated.ts";
import { expand } from "../emit/expand.ts";
import { type ExitCode, exitCodes } from "../ir/exit-codes.ts";
import { load } from "./load.ts";
import { noSources, type Output, show } from "./terminal.ts";

/** `tamac expand`: what an agent of a project, or of a plan that was built, is lowered to. Findings never share stdout with it. */
export async function runExpand(agent: string, target: string, output: Output): Promise<ExitCode> {
  const { plan, diagnostics, sources } = await load(target);
  if (diagnostics.length > 0) await show(diagnostics, sources, { ...output, stdout: output.stderr });
  if (!plan) return exitCodes.diagnostics;
  const block = Object.hasOwn(plan.blocks, agent) ? plan.blocks[agent] : undefined;
  if (!block) {
    const known = Object.keys(plan.blocks);
    await show([cliUnknownAgent(null, { name: agent, target, closest: closest(agent, known) })], noSources, output);
    return exitCodes.usage;
  }
  output.stdout(expand(plan, block));
  return exitCodes.ok;
}
