import type { Plan } from "../ir/plan.ts";
import type { Cluster, Edge, Node, Picture } from "./dot/canvas.ts";
import { graphStyle } from "./dot/style.ts";
import { attributes, quoted, roomy } from "./dot/text.ts";
import { type PictureOptions, pictureOf } from "./picture.ts";

/** A plan as a graph in DOT. The same plan gives the same bytes. */
export function dot(plan: Plan, options: Partial<PictureOptions> = {}): string {
  return pictureInDot(pictureOf(plan, options));
}

/** A drawing in DOT. @see https://graphviz.org/doc/info/lang.html */
export function pictureInDot({ title, caption, items, edges }: Picture): string {
  const captioned = caption === "" ? {} : { label: roomy(caption), labelloc: "t" };
  const defaults = Object.entries(graphStyle).map(([what, values]) => `${what}${attributes(values)};`);
  const head = caption === "" ? defaults : [...defaults, ...settings(captioned)];
  const lines = [...head, ...items.flatMap(itemLines), ...edges.map(edgeLine)].map((line) => `  ${line}\n`);
  return `digraph ${quoted(title)} {\n${lines.join("")}}\n`;
}

function itemLines(item: Node | Cluster): readonly string[] {
  if (item.kind === "node") return [`${quoted(item.name)}${attributes(item.values)};`];
  const inner = [...settings(item.values), ...item.items.flatMap(itemLines)].map((line) => `  ${line}`);
  return [`subgraph ${quoted(item.name)} {`, ...inner, "}"];
}

function edgeLine({ from, to, values }: Edge): string {
  return `${quoted(from)} -> ${quoted(to)}${attributes(values)};`;
}

function settings(values: Cluster["values"]): readonly string[] {
  return Object.entries(values).map(([key, value]) => `${attributes({ [key]: value }).slice(2, -1)};`);
}
