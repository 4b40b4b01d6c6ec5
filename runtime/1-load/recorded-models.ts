import type { Plan, PlanModel } from "../../compiler/ir/plan.ts";
import type { RecordedModel, Started } from "../journal/started.ts";
import { type ModelOptions, type ResolvedModels, resolveModels } from "./models.ts";

/** The models of a run as far as their names and parameters go: enough to tell whether a request is the same, not to make one. */
export function recordedModels({ models, notes }: Pick<Started, "models" | "notes">): ResolvedModels & { readonly kind: "ok" } {
  const named = Object.entries(models).map(([id, model]) => [id, { ...model, baseUrl: null, keyEnv: null }]);
  return { kind: "ok", models: Object.fromEntries(named), notes, servers: [] };
}

/** The models that a run was started with: names and parameters are the recorded ones, whatever the environment says now; servers and keys are looked up anew. */
export function resolveRecorded(
  plan: Pick<Plan, "models">,
  { models, override }: Pick<Started, "models" | "override">,
  env: ModelOptions["env"],
): ResolvedModels {
  const merged = Object.entries(plan.models).map(([id, model]) => [id, asRecorded(model, models[id])] as const);
  const plain = Object.entries(env).filter(([name]) => !/^TAMA_MODEL_.*_(NAME|TEMPERATURE|MAX_TOKENS)$/.test(name));
  return resolveModels({ models: Object.fromEntries(merged) }, { override, env: Object.fromEntries(plain) });
}

/** The plan's base URL belongs to the plan's provider. A model that the run did not have is the plan's. */
function asRecorded(model: PlanModel, recorded: RecordedModel | undefined): PlanModel {
  if (!recorded) return model;
  return { ...model, ...recorded, baseUrl: recorded.provider === model.provider ? model.baseUrl : null };
}
