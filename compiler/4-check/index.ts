import type { ParsedProject } from "../2-parse/types.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { checkEffects } from "./effects.ts";
import { endingsOf } from "./endings.ts";
import { checkRecursion } from "./recursion.ts";
import { checkRoutes } from "./routes.ts";

/**
 * Proves what holds between agents that are there: no circle of calls, a way for every key, an end for every run. It reads what
 * was parsed, so that a reference that leads nowhere hides no other finding.
 */
export function check(project: ParsedProject, report: Report): void {
  checkRecursion(project, report);
  checkRoutes(project, endingsOf(project), report);
  checkEffects(project, report);
}
