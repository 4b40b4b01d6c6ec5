import { readFileSync, statSync } from "node:fs";
import { reasonOf } from "../1-source/text.ts";
import { build, sourcesOf } from "../build.ts";
import { planUnreadable } from "../diagnostics/codes.generated.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { loadPlan } from "../diagnostics/load-plan.ts";
import type { Sources } from "../diagnostics/render/sources.ts";
import { dot } from "../emit/dot.ts";
import { type ExitCode, exitCodes } from "../ir/exit-codes.ts";
import type { Plan } from "../ir/plan.ts";
import { noSources, type Output, show } from "./terminal.ts";
import { writeWhole } from "./write.ts";

interface Loaded {
  readonly plan: Plan | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: Sources;
}

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

async function load(target: string): Promise<Loaded> {
  const stats = statSync(target, { throwIfNoEntry: false });
  if (!stats?.isFile()) {
    const built = await build(target);
    return { ...built, sources: sourcesOf(target, built.sources) };
  }
  try {
    const read = loadPlan(readFileSync(target, "utf8"), target);
    return read.kind === "ok" ? loaded(read.plan, []) : loaded(null, [read.diagnostic]);
  } catch (error) {
    return loaded(null, [planUnreadable(null, { path: target, reason: reasonOf(error) })]);
  }
}

function loaded(plan: Plan | null, diagnostics: readonly Diagnostic[]): Loaded {
  return { plan, diagnostics, sources: noSources };
}
