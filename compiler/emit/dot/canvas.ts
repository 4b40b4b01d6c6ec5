import type { Op } from "../../ir/ops.ts";
import { type Attributes, roomy } from "./text.ts";

/** What a node or a cluster stands for. */
export type Role = Op["kind"] | "agent" | "start" | "end" | "marker" | "skill" | "tool";

/** What an edge says: that one follows another, that it follows a failure, that an agent is called, that something is used. */
export type EdgeRole = "flow" | "error" | "call" | "use";

export interface Node {
  readonly kind: "node";
  readonly name: string;
  readonly role: Role;
  /** As Graphviz knows them; the label among them. */
  readonly values: Attributes;
}

export interface Cluster {
  readonly kind: "cluster";
  readonly name: string;
  readonly role: Role;
  readonly values: Attributes;
  readonly items: readonly (Node | Cluster)[];
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly role: EdgeRole;
  readonly values: Attributes;
}

/** A drawing, before it is written in any language. */
export interface Picture {
  readonly title: string;
  /** A line below the title; empty where there is none. */
  readonly caption: string;
  readonly items: readonly (Node | Cluster)[];
  readonly edges: readonly Edge[];
}

/** Where an edge begins: a node, with what it is labelled, and the box that it leaves. */
export interface Flow {
  readonly from: string;
  readonly label: string;
  readonly tail?: string;
}

/** A drawing as it grows: clusters hold nodes, edges come after all of them. */
export interface Canvas {
  readonly items: (Node | Cluster)[];
  readonly edges: Edge[];
}

/** The drawing of a block: where it goes, and which calls leave it. */
export interface Drawing {
  readonly canvas: Canvas;
  readonly block: string;
  readonly calls: { readonly from: string; readonly block: string }[];
  /** A second line for the label of an op; empty where there is none. */
  readonly noteOf: (op: Op) => string;
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
export function node(canvas: Canvas, name: string, role: Role, values: Attributes): void {
  canvas.items.push({ kind: "node", name, role, values });
}

/** Draws what `inside` draws in a box of its own. */
export function box<T>(canvas: Canvas, { name, role, values }: Omit<Cluster, "kind" | "items">, inside: (canvas: Canvas) => T): T {
  const inner: Canvas = { items: [], edges: canvas.edges };
  const made = inside(inner);
  canvas.items.push({ kind: "cluster", name, role, values, items: inner.items });
  return made;
}

/** Draws an edge. */
export function edge(canvas: Canvas, ends: { readonly from: string; readonly to: string }, role: EdgeRole, values: Attributes = {}): void {
  canvas.edges.push({ ...ends, role, values });
}

/** Draws edges from flows to a node; `head` is the box that they enter. */
export function join(canvas: Canvas, flows: readonly Flow[], to: string, head?: string): void {
  for (const { from, label, tail } of flows) {
    edge(canvas, { from, to }, "flow", {
      ...(label === "" ? {} : { label: roomy(label) }),
      ...(tail ? { ltail: tail } : {}),
      ...(head ? { lhead: head } : {}),
    });
  }
}
