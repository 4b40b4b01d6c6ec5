import type { Interval, PlanModel } from "../../ir/plan.ts";

/** What a model request takes, answered or not, of whatever is counted. */
export interface Weight {
  readonly answered: Interval;
  readonly failed: Interval;
}

/** The weight of a request, by the model's id in the plan. */
export type Weigh = (model: string) => Weight;

const one: Interval = { min: 1, max: 1 };

/** Counts requests. */
export const byTurns: Weigh = () => ({ answered: one, failed: one });

type Models = Readonly<Record<string, PlanModel>>;

/** Counts tokens: at least one that is asked, at most what the model's context holds. Null where no model is asked, or a context is not told: what is asked depends on data. */
export function byTokens(models: Models): Weigh | null {
  const known = new Map(Object.entries(models).flatMap(([id, { contextTokens }]) => (contextTokens === null ? [] : [[id, contextTokens]])));
  if (known.size === 0 || known.size < Object.keys(models).length) return null;
  return (model) => {
    const max = known.get(model) ?? 0;
    return { answered: { min: 1, max }, failed: { min: 0, max } };
  };
}

/** Counts millionths of a dollar. Null where no model is asked, or a context or a price is not told. */
export function byMicroUsd(models: Models): Weigh | null {
  const known = new Map(Object.entries(models).flatMap(([id, model]) => dearest(id, model)));
  if (known.size === 0 || known.size < Object.keys(models).length) return null;
  return (model) => {
    const all = { min: 0, max: known.get(model) ?? 0 };
    return { answered: all, failed: all };
  };
}

/** The dearest request that fits a context: as long an answer as there may be, or none where asking is dearer. */
function dearest(id: string, { contextTokens, maxTokens, price }: PlanModel): readonly (readonly [string, number])[] {
  if (contextTokens === null || price === null) return [];
  const input = Math.max(price.input, price.cached);
  const output = price.output > input ? Math.min(maxTokens ?? contextTokens, contextTokens) : 0;
  return [[id, Math.ceil((contextTokens - output) * input + output * price.output)]];
}
