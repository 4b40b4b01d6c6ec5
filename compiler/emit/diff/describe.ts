import { canonical, type Json } from "../../ir/json.ts";
import type { Block, Limits, Plan } from "../../ir/plan.ts";
import { show } from "../../ir/types.ts";
import { agentCostText, costText } from "../cost-text.ts";
import { factsOfBody } from "./describe-ops.ts";
import { fact, textFact } from "./fact.ts";
import type { Described, Fact, Subject } from "./types.ts";

/** Everything in a plan that a run depends on, as facts. */
export function describe(plan: Plan): readonly Described[] {
  return [
    { subject: "plan", name: plan.project, summary: "", facts: factsOfPlan(plan) },
    ...Object.entries(plan.blocks).map(([name, block]) => describeAgent(plan, name, block)),
    ...others(plan, "model", plan.models, ({ provider, name }) => `${provider}:${name}`),
    ...others(plan, "tool", plan.tools, ({ effects }) => effects.join(", ")),
    ...others(plan, "skill", plan.skills, ({ description }) => description),
    ...others(plan, "worker", plan.workers, ({ capability }) => capability),
  ];
}

function factsOfPlan(plan: Plan): ReadonlyMap<string, Fact> {
  const { entries, needs } = plan;
  return new Map<string, Fact>([
    ["entries", fact(entries.names.join(", "))],
    ["default entry", fact(entries.default)],
    ["effects", fact(needs.effects.join(", "))],
    ["hosts", fact(needs.hosts.join(", "))],
    ["environment", fact(needs.env.join(", "))],
    ["cost", fact(costText(plan.cost), canonical({ ...plan.cost, agents: {} } as Json))],
    ["trace of texts", fact(plan.trace.texts)],
    ...Object.entries(plan.guards).map(([guard, count]) => [`loop guard ${guard}`, fact(String(count))] as const),
    ...limitFacts(plan.limits),
  ]);
}

function describeAgent(plan: Plan, name: string, block: Block): Described {
  const facts: readonly (readonly [string, Fact])[] = [
    ["name", fact(block.agent)],
    ["pattern", fact(block.pattern)],
    ["description", fact(block.description)],
    ["version", fact(block.version)],
    ["attempts", fact(String(block.attempts))],
    ["effects", fact(block.effects.join(", "))],
    ["cost", fact(agentCostText(plan.cost, name), exactCost(plan, name))],
    ["input", fact(show(block.input))],
    ["output", fact(show(block.output))],
    ...limitFacts(block.limits),
    ...factsOfBody(plan, block.body),
  ];
  return { subject: "agent", name, summary: block.pattern, facts: new Map(facts) };
}

/** Large numbers are rounded for people. */
function exactCost({ cost }: Plan, agent: string): string {
  const known = cost.kind === "bounded" ? cost.agents[agent] : undefined;
  return known ? `${known.min} ${known.max}` : "unknown";
}

function limitFacts(limits: Limits): readonly (readonly [string, Fact])[] {
  return Object.entries(limits).flatMap(([name, limit]) => (limit === null ? [] : [[`limit ${name}`, fact(String(limit))] as const]));
}

/** What is plain data: each of its fields is a fact, a text by its words. */
function others<T extends object>(
  plan: Plan,
  subject: Subject,
  all: Readonly<Record<string, T>>,
  summary: (one: T) => string,
): readonly Described[] {
  return Object.entries(all).map(([name, one]) => ({ subject, name, summary: summary(one), facts: factsOfData(plan, subject, one) }));
}

function factsOfData(plan: Plan, subject: Subject, one: object): ReadonlyMap<string, Fact> {
  const fields = Object.entries(one as Readonly<Record<string, Json>>); // plain data of the plan
  return new Map(
    fields.flatMap(([field, value]) => (value === null ? [] : [[field, dataFact(plan, `${subject} ${field}`, value)] as const])),
  );
}

function dataFact(plan: Plan, field: string, value: Json): Fact {
  const text = typeof value === "string" && Object.hasOwn(plan.texts, value) ? plan.texts[value] : undefined;
  if (text !== undefined && typeof value === "string") return field.endsWith("bundle") ? fact("its code", value) : textFact(text, value);
  return fact(typeof value === "string" ? value : canonical(value));
}
