import { diffPlans } from "../emit/diff/compare.ts";
import { diffJson, diffMarkdown, diffText } from "../emit/diff/render.ts";
import { type ExitCode, exitCodes } from "../ir/exit-codes.ts";
import type { DiffFormat } from "./formats.ts";
import { load } from "./load.ts";
import { type Output, show } from "./terminal.ts";

const renderers = { text: diffText, json: diffJson, markdown: diffMarkdown };

/** How `tamac diff` shows what differs, and whether its exit code tells that something does. */
export interface DiffOptions {
  readonly format: DiffFormat;
  readonly exitCode?: boolean;
}

/** `tamac diff`: what of two plans, or of the plans of two projects, a run would do differently. Findings go to stderr. */
export async function runDiff(from: string, to: string, { format, exitCode = false }: DiffOptions, output: Output): Promise<ExitCode> {
  const [before, after] = [await load(from), await load(to)];
  for (const { plan, diagnostics, sources } of [before, after]) {
    if (!plan) await show(diagnostics, sources, { ...output, format: "text" });
  }
  if (!before.plan || !after.plan) return exitCodes.diagnostics;
  const diff = diffPlans(before.plan, after.plan);
  output.stdout(renderers[format](diff));
  return exitCode && !diff.same ? exitCodes.stale : exitCodes.ok;
}
