import { dot } from "../emit/dot.ts";
import { type ExitCode, exitCodes } from "../ir/exit-codes.ts";
import { load } from "./load.ts";
import { type Output, show } from "./terminal.ts";
import { writeWhole } from "./write.ts";

/** `tamac graph`: a project, or a plan that was built, as DOT. Findings never share stdout with the graph. */
export async function runGraph(target: string, options: { readonly output: string | undefined }, output: Output): Promise<ExitCode> {
  const { plan, diagnostics, sources } = await load(target);
  const toStdout = options.output === undefined || options.output === "-";
  const failed = plan && options.output !== undefined && !toStdout ? writeWhole(options.output, dot(plan)) : null;
  const findings = failed ? [...diagnostics, failed] : diagnostics;
  const aside = plan && toStdout ? { ...output, stdout: output.stderr } : output;
  if (findings.length > 0 || output.format === "json") await show(findings, sources, aside);
  if (plan && toStdout) output.stdout(dot(plan));
  return plan && !failed ? exitCodes.ok : exitCodes.diagnostics;
}
