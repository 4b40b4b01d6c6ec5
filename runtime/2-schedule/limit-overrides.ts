import { isObject, type Json } from "../../compiler/ir/json.ts";
import { limitKinds, limitNames } from "../../compiler/ir/limits.ts";
import type { Limits } from "../../compiler/ir/plan.ts";

/** What a command line says of limits, in place of what the plan says: of the run, and of agents by name. */
export interface LimitOverrides {
  readonly run: Partial<Limits>;
  readonly agents: Readonly<Record<string, Partial<Limits>>>;
}

/** The plan's limits as they are. */
export const noOverrides: LimitOverrides = { run: {}, agents: {} };

/** The second over the first. */
export function merged(first: LimitOverrides = noOverrides, second: LimitOverrides = noOverrides): LimitOverrides {
  const names = [...new Set([...Object.keys(first.agents), ...Object.keys(second.agents)])];
  const agents = names.map((name) => [name, { ...first.agents[name], ...second.agents[name] }] as const);
  return { run: { ...first.run, ...second.run }, agents: Object.fromEntries(agents) };
}

/** Whether nothing is said. */
export function isEmpty({ run, agents }: LimitOverrides = noOverrides): boolean {
  return [run, ...Object.values(agents)].every((limits) => Object.keys(limits).length === 0);
}

/** Overrides as a run's start records them. */
export function plainOverrides({ run, agents }: LimitOverrides = noOverrides): Json {
  return {
    run: plainLimits(run),
    agents: Object.fromEntries(Object.entries(agents).map(([name, limits]) => [name, plainLimits(limits)])),
  };
}

/** Overrides as a run's start has recorded them. */
export function readOverrides(told: unknown): LimitOverrides {
  if (!isObject(told)) return noOverrides;
  const agents = isObject(told["agents"]) ? Object.entries(told["agents"]) : [];
  return { run: readLimits(told["run"]), agents: Object.fromEntries(agents.map(([name, limits]) => [name, readLimits(limits)])) };
}

function plainLimits(limits: Partial<Limits>): Json {
  return Object.fromEntries(limitNames.flatMap((name) => plainOf(limitKinds[name].field, limits)));
}

function plainOf(field: keyof Limits, limits: Partial<Limits>): readonly (readonly [string, number | null])[] {
  const amount = limits[field];
  return amount === undefined ? [] : [[field, amount]];
}

function readLimits(told: unknown): Partial<Limits> {
  if (!isObject(told)) return {};
  return Object.fromEntries(limitNames.map((name) => limitKinds[name].field).flatMap((field) => numberAt(field, told[field])));
}

function numberAt(field: keyof Limits, value: unknown): readonly (readonly [string, number])[] {
  return typeof value === "number" ? [[field, value]] : [];
}
