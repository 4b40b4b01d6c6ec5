import type { ResolvedProject } from "../3-resolve/types.ts";
import type { Ending } from "../4-check/table.ts";
import type { LoweredProject } from "../5-lower/types.ts";
import type { ProjectConfig } from "../config.ts";
import { costLimitBelowMinimum } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { Op } from "../ir/ops.ts";
import type { Limits } from "../ir/plan.ts";
import type { Span } from "../ir/span.ts";
import { opsOf } from "../ir/walk.ts";
import type { Turns } from "./cost/index.ts";
import { lengthOf } from "./cost/scope.ts";

/** What is to be proved of. */
export interface Given {
  readonly config: ProjectConfig;
  readonly project: ResolvedProject;
  readonly lowered: LoweredProject;
  /** How agents end, by what their patterns say. */
  readonly endings: ReadonlyMap<string, Ending>;
}

/** Tells of limits that every run breaks: fewer model calls than the cheapest run makes, fewer items than a fan-out always has. */
export function checkLimits(given: Given, turns: ReadonlyMap<string, Turns>, report: Report): void {
  const { config, project, lowered } = given;
  const checkCalls = (agent: string, { calls }: Limits, span: Span | null) => {
    const least = turns.get(agent)?.well?.min ?? 0;
    if (calls !== null && least > calls) report(costLimitBelowMinimum(span, { agent, least, unit: "model calls", limit: calls }));
  };
  for (const name of project.entries.names) checkCalls(name, config.limits, config.callsLimitSpan);
  for (const [agent, { body, limits }] of Object.entries(lowered.blocks)) {
    checkCalls(agent, limits, lowered.origins[agent] ?? null);
    checkItems(agent, [...opsOf(body)], lowered, report);
  }
}

/** A fan-out over a list whose length is known, as that of best-of-n is. */
function checkItems(agent: string, ops: readonly Op[], { origins }: LoweredProject, report: Report): void {
  const scope = { indices: new Map(), ops: new Map(ops.map((op) => [op.id, op])) };
  for (const op of ops) {
    const least = op.kind === "map" ? lengthOf(op.over, scope).min : 0;
    if (op.kind === "map" && least > op.max)
      report(costLimitBelowMinimum(origins[`${agent}/${op.id}`] ?? null, { agent, least, unit: "items", limit: op.max }));
  }
}
