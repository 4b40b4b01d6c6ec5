import type { Json } from "../ir/json.ts";
import type { Cluster, Node, Picture } from "./dot/canvas.ts";

/** A drawing as data: nodes and clusters with what they stand for and the cluster that they lie in, and edges. Without colours and places. */
export function pictureInJson({ title, caption, items, edges }: Picture): string {
  const value: Json = {
    title,
    caption,
    ...split(items, null),
    edges: edges.map(({ from, to, role, values }) => ({
      from: String(values["ltail"] ?? from),
      to: String(values["lhead"] ?? to),
      role,
      label: labelOf(values),
    })),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function split(items: Picture["items"], parent: string | null): { readonly clusters: readonly Json[]; readonly nodes: readonly Json[] } {
  const parts = items.map((item) => describe(item, parent));
  return { clusters: parts.flatMap(({ clusters }) => clusters), nodes: parts.flatMap(({ nodes }) => nodes) };
}

function describe(item: Node | Cluster, parent: string | null): ReturnType<typeof split> {
  const own = { name: item.name, role: item.role, label: labelOf(item.values), parent };
  if (item.kind === "node") return { clusters: [], nodes: [own] };
  const inner = split(item.items, item.name);
  return { clusters: [own, ...inner.clusters], nodes: inner.nodes };
}

function labelOf(values: Node["values"]): string {
  return String(values["label"] ?? "")
    .split("\n")
    .map((line) => line.trim())
    .join("\n");
}
