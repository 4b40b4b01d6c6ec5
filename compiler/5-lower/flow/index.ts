import type { Report } from "../../diagnostics/diagnostic.ts";
import type { Type } from "../../ir/types.ts";
import { checkDeadlines } from "./deadlines.ts";
import { follow, type Lowered } from "./follow.ts";
import { checkGuards } from "./guards.ts";
import { checkHandOffs, checkOutput } from "./hand-offs.ts";
import { endValue } from "./outcome.ts";

export type { Lowered } from "./follow.ts";

/**
 * Follows what agents hand to each other, and proves that it is what they take, that declared outputs are true, and that guards make
 * sense of it. Gives the type of what each agent answers: what it declares, else what it was found to. Null where agents call each
 * other in a circle, which has been told. Reports `types/*` and `expr/*`.
 */
export function checkFlows(lowered: readonly Lowered[], report: Report): ReadonlyMap<string, Type> | null {
  const flows = follow(lowered);
  if (!flows) return null;
  for (const one of lowered) {
    checkOutput(one, flows, report);
    checkHandOffs(one, flows, report);
    checkGuards(one, flows, report);
    checkDeadlines(one, report);
  }
  return new Map(lowered.map(({ agent }) => [agent.name, agent.output ?? endValue(flows.outcomes.get(agent.name) ?? []).type]));
}
