import type { Effect, Plan, PlanTool, PlanWorker } from "../ir/plan.ts";

type Table<T> = Readonly<Record<string, T>>;

/** What a run may do: the effects of the tools that can be unlocked, and of the workers. Hosts are unknown to a compiler. */
export function needsOf(env: readonly string[], tools: Table<PlanTool>, workers: Table<PlanWorker>): Plan["needs"] {
  const effects = new Set<Effect>(Object.values(tools).flatMap((tool) => tool.effects));
  const every = Object.values(workers);
  if (every.length > 0) effects.add("code");
  if (every.some((worker) => worker.reads.length > 0)) effects.add("mem");
  if (env.length > 0) effects.add("env");
  return { effects: [...effects].sort(), hosts: [], env: [...new Set(env)].sort() };
}
