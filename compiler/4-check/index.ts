import type { ParsedProject } from "../2-parse/types.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { checkRecursion } from "./recursion.ts";
import { checkStates } from "./states.ts";

/**
 * Proves what holds between agents that are there: no cycle of calls, no state that is never reached. It reads what was
 * parsed, so that a reference that leads nowhere hides no other finding.
 */
export function check(project: ParsedProject, report: Report): void {
  checkRecursion(project, report);
  for (const agent of project.agents) checkStates(agent, report);
}
