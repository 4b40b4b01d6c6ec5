import type { Block, Plan } from "../ir/plan.ts";
import { opsOf } from "../ir/walk.ts";
import { box, type Canvas, type Drawing, edge, join, node } from "./dot/canvas.ts";
import { drawBody } from "./dot/draw.ts";
import { needsOf } from "./dot/needs.ts";
import { agentStyle, callStyle, endStyle, entryStyle, graphStyle, startStyle } from "./dot/style.ts";
import { attributes, nameOf, quoted, roomy } from "./dot/text.ts";

/** A plan as a graph in DOT: one box per agent, its ops inside, calls as dashed edges from box to box. The same plan gives the same bytes. */
export function dot(plan: Plan): string {
  const canvas: Canvas = { lines: [], edges: [] };
  const calls: Drawing["calls"] = [];
  const firsts = new Map(reachOrder(plan).map((block) => [block.agent, drawAgent(plan, block, { canvas, block: block.agent, calls })]));
  for (const call of calls) {
    const first = firsts.get(call.block);
    if (first) edge(canvas, call.from, first, { ...callStyle, lhead: nameOf("cluster", call.block) });
  }
  const defaults = Object.entries(graphStyle).map(([what, values]) => `${what}${attributes(values)};`);
  const lines = [...defaults, ...canvas.lines, ...canvas.edges].map((line) => `  ${line}\n`);
  return `digraph ${quoted(plan.project)} {\n${lines.join("")}}\n`;
}

/** Draws an agent's box; gives the node at which calls of it end. */
function drawAgent(plan: Plan, block: Block, drawing: Drawing): string {
  const entry = plan.entries.names.includes(block.agent);
  const look = { label: roomy(`${block.agent} \u00b7 ${block.pattern}`), tooltip: block.description, ...(entry ? entryStyle : agentStyle) };
  return box(drawing.canvas, nameOf("cluster", block.agent), look, (canvas) => drawInside(block, { ...drawing, canvas }));
}

/** Where several ops begin at once, a dot comes before them; where a key alone ends the agent, a ring comes after. */
function drawInside(block: Block, drawing: Drawing): string {
  const needs = needsOf(block.body);
  const forks = block.body.ops.filter((op) => needs.get(op.id)?.length === 0).length !== 1;
  const start = nameOf(block.agent, "start");
  if (forks) node(drawing.canvas, start, { ...startStyle, tooltip: "begins" });
  const drawn = drawBody(drawing, block.body, { flows: forks ? [{ from: start, label: "" }] : [] });
  if (block.body.ops.length === 0 || drawn.exits.some((flow) => flow.label !== "")) {
    const end = nameOf(block.agent, "end");
    node(drawing.canvas, end, { ...endStyle, tooltip: "ends" });
    join(drawing.canvas, drawn.exits, end);
  }
  return forks ? start : (drawn.entries[0] ?? start);
}

/** Entries first, then what each calls, in the order of their ops: so that the drawing reads from top to bottom. */
function reachOrder(plan: Plan): readonly Block[] {
  const blocks = new Map(Object.entries(plan.blocks));
  const order = new Map<string, Block>();
  const open = [...plan.entries.names, ...[...blocks.keys()].sort()].reverse();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const block = blocks.get(name);
    if (!block || order.has(name)) continue;
    order.set(name, block);
    open.push(...[...opsOf(block.body)].flatMap((op) => (op.kind === "call" ? [op.block] : [])).reverse());
  }
  return [...order.values()];
}
