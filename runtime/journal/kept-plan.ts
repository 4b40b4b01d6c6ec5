import { randomUUID } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plan } from "../../compiler/ir/plan.ts";

/** The file in a run's folder that holds its plan. */
export function keptPlanFile(runDir: string): string {
  return join(runDir, "plan.json");
}

/** Keeps a run's plan beside its log, whole or not at all, so that a resume needs nothing else. */
export function keepPlan(runDir: string, plan: Plan): void {
  const draft = join(runDir, `draft-${randomUUID()}`);
  writeFileSync(draft, JSON.stringify(plan));
  renameSync(draft, keptPlanFile(runDir));
}
