import { type Attributes, attributes, quoted, roomy } from "./text.ts";

/** Where an edge begins: a node, with what it is labelled, and the box that it leaves. */
export interface Flow {
  readonly from: string;
  readonly label: string;
  readonly tail?: string;
}

/** A drawing as it grows: clusters hold nodes, edges come after all of them. */
export interface Canvas {
  readonly lines: string[];
  readonly edges: string[];
}

/** The drawing of a block: where it goes, and which calls leave it. */
export interface Drawing {
  readonly canvas: Canvas;
  readonly block: string;
  readonly calls: { readonly from: string; readonly block: string }[];
}

/** What leads into a part: edges from flows, or into a box where the part is the first of it. */
export interface Into {
  readonly flows: readonly Flow[];
  readonly head?: string;
  /** On top of the style of what is drawn. */
  readonly look?: Attributes;
}

/** What was drawn: the nodes that it begins with, and the flows that leave it. */
export interface Drawn {
  readonly entries: readonly string[];
  readonly exits: readonly Flow[];
}

/** Draws a node. */
export function node(canvas: Canvas, name: string, values: Attributes): void {
  canvas.lines.push(`${quoted(name)}${attributes(values)};`);
}

/** Draws what `inside` draws in a box of its own. */
export function box<T>(canvas: Canvas, name: string, values: Attributes, inside: (canvas: Canvas) => T): T {
  const inner: Canvas = { lines: [], edges: canvas.edges };
  const made = inside(inner);
  const settings = Object.entries(values).map(([key, value]) => attributes({ [key]: value }).slice(2, -1));
  canvas.lines.push(
    `subgraph ${quoted(name)} {`,
    ...[...settings.map((setting) => `${setting};`), ...inner.lines].map((line) => `  ${line}`),
    "}",
  );
  return made;
}

/** Draws an edge. */
export function edge(canvas: Canvas, from: string, to: string, values: Attributes = {}): void {
  canvas.edges.push(`${quoted(from)} -> ${quoted(to)}${attributes(values)};`);
}

/** Draws edges from flows to a node; `head` is the box that they enter. */
export function join(canvas: Canvas, flows: readonly Flow[], to: string, head?: string): void {
  for (const { from, label, tail } of flows) {
    edge(canvas, from, to, {
      ...(label === "" ? {} : { label: roomy(label) }),
      ...(tail ? { ltail: tail } : {}),
      ...(head ? { lhead: head } : {}),
    });
  }
}
