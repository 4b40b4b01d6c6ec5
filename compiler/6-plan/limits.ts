import type { ResolvedProject } from "../3-resolve/types.ts";
import type { LoweredProject } from "../5-lower/types.ts";
import type { GivenLimits } from "../config/limits.ts";
import type { ProjectConfig } from "../config.ts";
import { costLimitBelowMinimum } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { Op } from "../ir/ops.ts";
import { opsOf } from "../ir/walk.ts";
import type { Keys } from "../ir/words.ts";
import type { Turns } from "./cost/index.ts";
import { lengthOf } from "./cost/scope.ts";

/** What is to be proved of. */
export interface Given {
  readonly config: ProjectConfig;
  readonly project: ResolvedProject;
  readonly lowered: LoweredProject;
  /** The keys that each agent ends with, by what its pattern says; null where that is not known. */
  readonly endings: ReadonlyMap<string, { readonly keys: Keys | null }>;
}

/** Tells of limits that every run breaks: fewer model calls, or tokens (a request has at least one), than the cheapest run takes, fewer items than a fan-out always has. */
export function checkLimits({ config, project, lowered }: Given, turns: ReadonlyMap<string, Turns>, report: Report): void {
  const check = (agent: string, { values, spans }: GivenLimits) => {
    const least = turns.get(agent)?.well?.min ?? 0;
    for (const [name, unit] of [
      ["calls", "model calls"],
      ["tokens", "tokens"],
    ] as const) {
      const limit = values[name];
      if (limit !== null && least > limit) report(costLimitBelowMinimum(spans[name] ?? null, { agent, least, unit, limit }));
    }
  };
  for (const name of project.entries.names) check(name, config.limits);
  for (const { name, limits, limitSpans } of project.agents) check(name, { values: limits, spans: limitSpans });
  for (const [agent, { body }] of Object.entries(lowered.blocks)) checkItems(agent, opsOf(body), lowered, report);
}

/** A fan-out over a list whose length is known, as that of best-of-n is. */
function checkItems(agent: string, ops: readonly Op[], { origins }: LoweredProject, report: Report): void {
  const maps = ops.filter((op) => op.kind === "map");
  if (maps.length === 0) return;
  const scope = { indices: new Map(), ops: new Map(ops.map((op) => [op.id, op])) };
  for (const op of maps) {
    const least = lengthOf(op.over, scope).min;
    if (least > op.max)
      report(costLimitBelowMinimum(origins.get(`${agent}/${op.id}`) ?? null, { agent, least, unit: "items", limit: op.max }));
  }
}
