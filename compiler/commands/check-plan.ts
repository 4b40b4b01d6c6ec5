import { existsSync } from "node:fs";
import { planMissing, planStale } from "../diagnostics/codes.generated.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { diffPlans } from "../emit/diff/compare.ts";
import { diffText } from "../emit/diff/render.ts";
import type { Plan } from "../ir/plan.ts";
import { loadFile } from "./load.ts";

/** A plan on disk, and the command that writes it. */
export interface Checked {
  readonly path: string;
  readonly command: string;
}

/** Whether a plan on disk is what the sources give: null if so, else why not, and what differs as text. */
export function staleness(
  { path, command }: Checked,
  built: Plan,
): { readonly findings: readonly Diagnostic[]; readonly diff: string } | null {
  if (!existsSync(path)) return { findings: [planMissing(null, { path, command })], diff: "" };
  const { plan, diagnostics } = loadFile(path);
  if (!plan) return { findings: diagnostics, diff: "" };
  if (plan.semantics === built.semantics) return null;
  return { findings: [planStale(null, { path, command })], diff: diffText(diffPlans(plan, built)) };
}
