import type { Op } from "../ir/ops.ts";
import type { Block, Plan } from "../ir/plan.ts";
import { opsOf } from "../ir/walk.ts";
import { agentCostText, costText } from "./cost-text.ts";
import { box, type Canvas, type Drawing, edge, node, type Picture } from "./dot/canvas.ts";
import { closed, drawBody } from "./dot/draw.ts";
import { needsOf } from "./dot/needs.ts";
import { agentNodeStyle, agentStyle, callStyle, entryNodeStyle, entryStyle, startStyle } from "./dot/style.ts";
import { nameOf, roomy } from "./dot/text.ts";
import { drawUses } from "./dot/uses.ts";
import { effectsOf } from "./effects.ts";

/** What of a plan is drawn. */
export interface PictureOptions {
  /** `ops`: what is inside the agents too; `agents`: who calls whom. */
  readonly level: "ops" | "agents";
  /** Only this agent, and what it reaches. */
  readonly agent: string | null;
  readonly skills: boolean;
  readonly tools: boolean;
  /** What a run costs, what each agent does of it, and the bounds of model steps. */
  readonly cost: boolean;
  /** What each agent can do to the world. */
  readonly effects: boolean;
}

const plain: PictureOptions = { level: "ops", agent: null, skills: false, tools: false, cost: false, effects: false };

/** A drawing of a plan: entries first, then what each calls, so that it reads from top to bottom. The same plan gives the same drawing. */
export function pictureOf(plan: Plan, given: Partial<PictureOptions> = {}): Picture {
  const options = { ...plain, ...given };
  const canvas: Canvas = { items: [], edges: [] };
  const blocks = reachOrder(plan, options.agent);
  const view: View = { plan, options, noteOf: noteOf(options), titleOf: titleOf(plan, options) };
  if (options.level === "ops") drawInFull(view, blocks, canvas);
  else drawAgents(view, blocks, canvas);
  drawUses(plan, blocks, { canvas, ...options });
  return { title: plan.project, caption: options.cost ? `cost of a run: ${costText(plan.cost)}` : "", ...canvas };
}

interface View {
  readonly plan: Plan;
  readonly options: PictureOptions;
  readonly noteOf: (op: Op) => string;
  readonly titleOf: (block: Block) => string;
}

/** One box per agent, its ops inside, calls as dashed edges from box to box. */
function drawInFull(view: View, blocks: readonly Block[], canvas: Canvas): void {
  const calls: Drawing["calls"] = [];
  const firsts = new Map(
    blocks.map((block) => [block.agent, drawAgent(view, block, { canvas, block: block.agent, calls, noteOf: view.noteOf })]),
  );
  for (const { from, block } of calls) {
    const to = firsts.get(block);
    if (to) edge(canvas, { from, to }, "call", { ...callStyle, lhead: nameOf("cluster", block) });
  }
}

/** Draws an agent's box; gives the node at which calls of it end. */
function drawAgent(view: View, block: Block, drawing: Drawing): string {
  const look = { label: roomy(view.titleOf(block)), tooltip: block.description, ...(isEntry(view.plan, block) ? entryStyle : agentStyle) };
  const cluster = { name: nameOf("cluster", block.agent), role: "agent", values: look } as const;
  return box(drawing.canvas, cluster, (canvas) => drawInside(block, { ...drawing, canvas }));
}

/** Where several ops begin at once, a dot comes before them; where a key alone ends the agent, a ring comes after. */
function drawInside(block: Block, drawing: Drawing): string {
  const needs = needsOf(block.body);
  const forks = block.body.ops.filter((op) => needs.get(op.id)?.length === 0).length !== 1;
  const start = nameOf(block.agent, "start");
  if (forks) node(drawing.canvas, start, "start", { ...startStyle, tooltip: "begins" });
  const drawn = drawBody(drawing, block.body, { flows: forks ? [{ from: start, label: "" }] : [] });
  closed(drawing.canvas, nameOf(block.agent, "end"), drawn);
  return forks ? start : (drawn.entries[0] ?? start);
}

/** One node per agent, one edge from each to each that it calls. */
function drawAgents(view: View, blocks: readonly Block[], canvas: Canvas): void {
  for (const block of blocks) {
    const look = isEntry(view.plan, block) ? entryNodeStyle : agentNodeStyle;
    node(canvas, nameOf(block.agent), "agent", {
      label: roomy(view.titleOf(block).replace(" \u00b7 ", "\n")),
      tooltip: block.description,
      ...look,
    });
  }
  for (const block of blocks) {
    for (const called of callsOf(block)) edge(canvas, { from: nameOf(block.agent), to: nameOf(called) }, "call");
  }
}

function isEntry(plan: Plan, { agent }: Block): boolean {
  return plan.entries.names.includes(agent);
}

function titleOf(plan: Plan, { effects, cost }: PictureOptions): (block: Block) => string {
  const byAgent = effects ? effectsOf(plan) : new Map<string, readonly string[]>();
  return ({ agent, pattern }) => {
    const own = byAgent.get(agent) ?? [];
    const able = own.length > 0 ? [`effects: ${own.join(", ")}`] : [];
    const costs = cost ? [agentCostText(plan.cost, agent)] : [];
    return [`${agent} \u00b7 ${pattern}`, ...able, ...costs].join("\n");
  };
}

function noteOf({ cost }: PictureOptions): (op: Op) => string {
  return (op) => (cost && op.kind === "act" ? `\u2264 ${op.maxTurns} turns` : "");
}

/** The agents that a drawing shows: those that are reached from an agent, or all, entries first. */
function reachOrder(plan: Plan, agent: string | null): readonly Block[] {
  const blocks = new Map(Object.entries(plan.blocks));
  const order = new Map<string, Block>();
  const open = (agent === null ? [...plan.entries.names, ...[...blocks.keys()].sort()] : [agent]).reverse();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const block = blocks.get(name);
    if (!block || order.has(name)) continue;
    order.set(name, block);
    open.push(...[...callsOf(block)].reverse());
  }
  return [...order.values()];
}

/** The agents that an agent calls, each once, in the order of its ops. */
function callsOf(block: Block): readonly string[] {
  return [...new Set(opsOf(block.body).flatMap((op) => (op.kind === "call" ? [op.block] : [])))];
}
