import type { GivenLimits } from "../config/limits.ts";
import { costNoPrice } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { reachable } from "../graph.ts";
import type { Block } from "../ir/plan.ts";
import { opsOf } from "../ir/walk.ts";
import { callsOf } from "./calls.ts";
import type { Given } from "./limits.ts";

/** Tells of limits in dollars that nobody can keep: what a model costs is not told. Reports `cost/no-price`. */
export function checkPrices({ config, project, lowered: { blocks } }: Given, report: Report): void {
  if ([config.limits, ...project.agents.map(({ limits }) => ({ values: limits }))].every(({ values }) => values.usd === null)) return;
  const calls = callsOf(blocks);
  const check = (starts: readonly string[], { values, spans }: GivenLimits) => {
    if (values.usd === null) return;
    const asked = new Set([...reachable(calls, starts)].flatMap((name) => modelsIn(blocks[name])));
    const priceless = [...asked].sort().filter((id) => project.models[id]?.price === null);
    if (priceless.length > 0) report(costNoPrice(spans.usd ?? null, { models: priceless.join("`, `"), limit: values.usd }));
  };
  check(project.entries.names, config.limits);
  for (const { name, limits, limitSpans } of project.agents) check([name], { values: limits, spans: limitSpans });
}

function modelsIn(block: Block | undefined): readonly string[] {
  return block ? opsOf(block.body).flatMap((op) => (op.kind === "ask" || op.kind === "act" ? [op.model] : [])) : [];
}
