import type { Op } from "../../ir/ops.ts";
import type { Block, Plan } from "../../ir/plan.ts";
import { opsOf } from "../../ir/walk.ts";
import { toolsOf } from "../effects.ts";
import { type Canvas, edge, node } from "./canvas.ts";
import { skillStyle, toolStyle, useStyle } from "./style.ts";
import { nameOf, roomy } from "./text.ts";

/** What of skills and tools is drawn, and where their users are. */
export interface Uses {
  readonly canvas: Canvas;
  readonly level: "ops" | "agents";
  readonly skills: boolean;
  readonly tools: boolean;
}

type Act = Op & { readonly kind: "act" };

/** Draws the skills and tools of what was drawn, each once, and who uses them: tools hang on the skills that unlock them where those are drawn. */
export function drawUses(plan: Plan, blocks: readonly Block[], uses: Uses): void {
  if (!uses.skills && !uses.tools) return;
  const acts = blocks.flatMap((block) => opsOf(block.body).flatMap((op) => (op.kind === "act" ? [{ block, op }] : [])));
  const skills = uses.skills ? [...new Set(acts.flatMap(({ op }) => op.skills))].sort() : [];
  const tools = uses.tools ? [...new Set(acts.flatMap(({ op }) => toolsOf(plan, op)))].sort() : [];
  for (const name of skills)
    node(uses.canvas, nameOf("skill", name), "skill", {
      label: roomy(name),
      tooltip: plan.skills[name]?.description ?? name,
      ...skillStyle,
    });
  for (const name of tools)
    node(uses.canvas, nameOf("tool", name), "tool", { label: roomy(name), tooltip: plan.tools[name]?.description ?? name, ...toolStyle });
  const edges = [
    ...acts.flatMap(({ block, op }) => edgesOf(plan, block, op, uses)),
    ...(uses.tools ? skills.flatMap((name) => unlocks(plan, name)) : []),
  ];
  const distinct = new Map(edges.map((ends) => [JSON.stringify(ends), ends]));
  for (const [from, to] of distinct.values()) edge(uses.canvas, { from, to }, "use", useStyle);
}

type Ends = readonly [string, string];

function edgesOf(plan: Plan, block: Block, op: Act, uses: Uses): readonly Ends[] {
  const from = uses.level === "ops" ? nameOf(block.agent, op.id) : nameOf(block.agent);
  const skills = uses.skills ? op.skills.map((name): Ends => [from, nameOf("skill", name)]) : [];
  const direct = uses.skills ? op.tools : toolsOf(plan, op);
  return uses.tools ? [...skills, ...direct.map((name): Ends => [from, nameOf("tool", name)])] : skills;
}

function unlocks(plan: Plan, skill: string): readonly Ends[] {
  return (plan.skills[skill]?.tools ?? []).map((tool): Ends => [nameOf("skill", skill), nameOf("tool", tool)]);
}
