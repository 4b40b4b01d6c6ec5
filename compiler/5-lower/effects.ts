import type { ResolvedProject } from "../3-resolve/types.ts";
import { bottomUp } from "../graph.ts";
import type { Op } from "../ir/ops.ts";
import type { Effect } from "../ir/plan.ts";
import { opsOf } from "../ir/walk.ts";
import type { Lowered } from "./flow/index.ts";

/** What each agent can do to the world, with everything that it reaches, sorted. Every agent is looked at once; calls go in no circle. */
export function effectsOf(project: ResolvedProject, lowered: readonly Lowered[]): ReadonlyMap<string, readonly Effect[]> {
  const byName = new Map(lowered.map((one) => [one.agent.name, one]));
  const effects = new Map<string, readonly Effect[]>();
  for (const name of bottomUp(new Map(lowered.map(({ agent }) => [agent.name, agent.calls])))) {
    const one = byName.get(name);
    if (one) effects.set(name, effectsOfAgent(one, project, effects));
  }
  return effects;
}

function effectsOfAgent(
  { agent, body }: Lowered,
  project: ResolvedProject,
  known: ReadonlyMap<string, readonly Effect[]>,
): readonly Effect[] {
  const found = new Set<Effect>();
  for (const op of opsOf(body)) {
    const own = op.kind === "call" ? (known.get(op.block) ?? []) : effectsOfOp(op, project, agent.worker?.reads ?? []);
    for (const effect of own) found.add(effect);
  }
  return [...found].sort();
}

function effectsOfOp(op: Op, { skills, tools }: ResolvedProject, reads: readonly string[]): readonly Effect[] {
  if (op.kind === "code") return reads.length > 0 ? ["code", "mem"] : ["code"];
  if (op.kind !== "act") return [];
  const offered = [...op.tools, ...op.skills.flatMap((skill) => skills[skill]?.tools ?? [])];
  return offered.flatMap((tool) => tools[tool]?.effects ?? []);
}
