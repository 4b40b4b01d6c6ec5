import type { Op } from "../ir/ops.ts";
import { type Effect, effects, type Plan } from "../ir/plan.ts";
import { opsOf } from "../ir/walk.ts";

/** What each agent of a plan can do to the world, by itself or through what it calls: effects in their declared order. */
export function effectsOf(plan: Plan): ReadonlyMap<string, readonly Effect[]> {
  const known = new Map<string, ReadonlySet<Effect>>();
  const visit = (name: string): ReadonlySet<Effect> => {
    const found = known.get(name);
    if (found) return found;
    const ops = opsOf(plan.blocks[name]?.body ?? { ops: [], result: { kind: "pass", op: "" } });
    const all = new Set(ops.flatMap((op) => [...ownEffects(plan, op), ...(op.kind === "call" ? visit(op.block) : [])]));
    known.set(name, all);
    return all;
  };
  const names = Object.keys(plan.blocks);
  return new Map(names.map((name) => [name, effects.filter((effect) => visit(name).has(effect))]));
}

/** The names of the tools that a step can come to use. */
export function toolsOf(plan: Plan, op: Op): readonly string[] {
  if (op.kind !== "act") return [];
  return [...op.tools, ...op.skills.flatMap((skill) => plan.skills[skill]?.tools ?? [])];
}

function ownEffects(plan: Plan, op: Op): readonly Effect[] {
  if (op.kind === "code") return (plan.workers[op.worker]?.reads.length ?? 0) > 0 ? ["code", "mem"] : ["code"];
  return toolsOf(plan, op).flatMap((tool) => plan.tools[tool]?.effects ?? []);
}
