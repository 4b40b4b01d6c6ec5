import type { ResolvedProject } from "../3-resolve/types.ts";
import { bottomUp } from "../graph.ts";
import type { Op } from "../ir/ops.ts";
import type { Effect } from "../ir/plan.ts";
import { opsOf } from "../ir/walk.ts";
import type { Lowered } from "./flow/index.ts";

/** What each agent can do to the world, with everything that it reaches, sorted. Every agent is looked at once; calls go in no circle. */
export function effectsOf(project: ResolvedProject, lowered: readonly Lowered[]): ReadonlyMap<string, readonly Effect[]> {
  const opsByAgent = new Map(lowered.map(({ agent, body }) => [agent.name, [...opsOf(body)]]));
  const calls = new Map([...opsByAgent].map(([name, ops]) => [name, ops.flatMap((op) => (op.kind === "call" ? [op.block] : []))]));
  const workers = new Map(lowered.map(({ agent }) => [agent.name, agent.worker]));
  const effects = new Map<string, readonly Effect[]>();
  for (const name of bottomUp(calls)) {
    const own = (opsByAgent.get(name) ?? []).flatMap((op) => effectsOfOp(op, project, workers.get(name)?.reads ?? []));
    const reached = (calls.get(name) ?? []).flatMap((callee) => effects.get(callee) ?? []);
    effects.set(name, [...new Set([...own, ...reached])].sort());
  }
  return effects;
}

function effectsOfOp(op: Op, { skills, tools }: ResolvedProject, reads: readonly string[]): readonly Effect[] {
  if (op.kind === "code") return reads.length > 0 ? ["code", "mem"] : ["code"];
  if (op.kind !== "act") return [];
  const offered = [...op.tools, ...op.skills.flatMap((skill) => skills[skill]?.tools ?? [])];
  return offered.flatMap((tool) => tools[tool]?.effects ?? []);
}
