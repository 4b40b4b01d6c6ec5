import { runNoSuchAgent } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { planned } from "../2-schedule/amounts.ts";
import type { LimitOverrides } from "../2-schedule/limit-overrides.ts";
import type { RunModel } from "../3-task/task.ts";
import { isOffline } from "../providers/registry.ts";

/** Limits of agents that the plan does not have. */
export function strangers(plan: Plan, { agents }: LimitOverrides): readonly Diagnostic[] {
  const unknown = Object.keys(agents).filter((name) => !Object.hasOwn(plan.blocks, name));
  return unknown.map((agent) => runNoSuchAgent(null, { agent, agents: Object.keys(plan.blocks).join(", ") }));
}

/** The models whose answers a limit in dollars cannot count, where there is one: their price is not told. */
export function priceless(plan: Plan, models: Readonly<Record<string, RunModel>>, { run, agents }: LimitOverrides): readonly string[] {
  const blocks = Object.entries(plan.blocks).map(([name, { limits }]) => ({ ...limits, ...agents[name] }));
  if (![{ ...plan.limits, ...run }, ...blocks].some(({ usd }) => usd !== null)) return [];
  const unknown = Object.entries(models).filter(([id, model]) => !isFree(model) && !planned(plan.models[id], model)?.price);
  return [...new Set(unknown.map(([, { provider, name }]) => `${provider}:${name}`))];
}

function isFree({ provider }: RunModel): boolean {
  return isOffline(provider);
}
