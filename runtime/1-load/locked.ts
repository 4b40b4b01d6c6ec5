import { runOtherModel, runOtherTool } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import type { Plan, PlanModel } from "../../compiler/ir/plan.ts";
import { fingerprintOf } from "../../stdlib/tool.ts";
import { builtInTool } from "../../stdlib/tools/index.ts";
import type { RunModel } from "../3-task/task.ts";

/** What is not as the plan says: built-in tools, and models but for their servers and keys. Reports run/other-tool, run/other-model. */
export function notAsPlanned(plan: Plan, models: Readonly<Record<string, RunModel>>): readonly Diagnostic[] {
  const otherTools = Object.entries(plan.tools)
    .filter(([name, { bundle, fingerprint }]) => bundle === null && fingerprint !== ownFingerprint(name))
    .map(([tool]) => runOtherTool(null, { tool }));
  const otherModels = Object.entries(plan.models).flatMap(([id, planned]) => {
    const now = models[id];
    return now === undefined || shown(now) === shown(planned)
      ? []
      : [runOtherModel(null, { role: planned.role, now: shown(now), planned: shown(planned) })];
  });
  return [...otherTools, ...otherModels];
}

function ownFingerprint(name: string): string | null {
  const tool = builtInTool(name);
  return tool ? fingerprintOf(tool) : null;
}

function shown({ provider, name, temperature, maxTokens, seed }: PlanModel | RunModel): string {
  const parameters = Object.entries({ temperature, max_tokens: maxTokens, seed }).flatMap(([key, value]) =>
    value === null ? [] : [`${key} ${value}`],
  );
  return [`${provider}:${name}`, ...parameters].join(", ");
}
