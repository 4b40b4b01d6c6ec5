import type { ParsedProject } from "../2-parse/types.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { checkEffects } from "./effects.ts";
import { type Endings, endingsOf } from "./endings.ts";
import { checkIrreversible } from "./irreversible.ts";
import { checkRecursion } from "./recursion.ts";
import { checkRoutes } from "./routes.ts";
import { checkVariables } from "./variables.ts";

/**
 * Proves what holds between agents that are there: no circle of calls, a way for every key, an end for every run. It reads what
 * was parsed, so that a reference that leads nowhere hides no other finding. Gives back how each agent can end.
 */
export function check(project: ParsedProject, report: Report): Endings["endings"] {
  const endings = endingsOf(project);
  checkRecursion(project, endings, report);
  checkRoutes(project, endings, report);
  checkEffects(project, report);
  checkIrreversible(project, report);
  checkVariables(project, report);
  return endings.endings;
}
