/** A span of a run, as its tree needs it. `endUs` and `status` are null while it has not ended. */
export interface Span {
  readonly id: string;
  readonly parent: string | null;
  readonly name: string;
  /** The item, iteration or attempt that it is, for what has one name with others: `[3]`, `@2`. */
  readonly place: string;
  readonly kind: string;
  readonly startUs: number;
  readonly endUs: number | null;
  readonly status: string | null;
  readonly note: string | null;
  readonly input: number;
  readonly output: number;
}

/** A line of the tree: one span, or many of one name that share a line. Tokens are those of everything below, too. */
export interface SpanNode {
  readonly name: string;
  /** Empty where many share the line. */
  readonly place: string;
  readonly count: number;
  readonly startUs: number;
  readonly endUs: number | null;
  readonly statuses: Readonly<Record<string, number>>;
  readonly note: string | null;
  readonly input: number;
  readonly output: number;
  readonly children: readonly SpanNode[];
}

/** Spans as trees, in the order in which they came. More than `collapseAbove` of one name under one parent become one node without children. */
export function spanTree(spans: readonly Span[], options: { readonly collapseAbove: number }): readonly SpanNode[] {
  const known = new Set(spans.map((span) => span.id));
  const byParent = groupBy(spans, (span) =>
    span.parent !== null && known.has(span.parent) && span.parent !== span.id ? span.parent : null,
  );
  const nodesUnder = (parent: string | null): readonly SpanNode[] =>
    collapse((byParent.get(parent) ?? []).map(nodeOf), options.collapseAbove);
  const nodeOf = (span: Span): SpanNode => {
    const children = nodesUnder(span.id);
    const { name, place, startUs, endUs, note } = span;
    return {
      name,
      place,
      count: 1,
      startUs,
      endUs,
      note,
      statuses: { [span.status ?? "open"]: 1 },
      input: span.input + sum(children, "input"),
      output: span.output + sum(children, "output"),
      children,
    };
  };
  return nodesUnder(null);
}

function collapse(nodes: readonly SpanNode[], above: number): readonly SpanNode[] {
  const byName = groupBy(nodes, (node) => node.name);
  return nodes.flatMap((node) => {
    const alike = byName.get(node.name) ?? [];
    if (alike.length <= above) return [node];
    return alike[0] === node ? [merged(alike)] : [];
  });
}

function merged(nodes: readonly SpanNode[]): SpanNode {
  const statuses: Record<string, number> = {};
  for (const [status, count] of nodes.flatMap((node) => Object.entries(node.statuses))) statuses[status] = (statuses[status] ?? 0) + count;
  const ends = nodes.flatMap(({ endUs }) => endUs ?? []);
  return {
    name: nodes[0]?.name ?? "",
    place: "",
    count: nodes.length,
    startUs: nodes.reduce((first, { startUs }) => Math.min(first, startUs), Number.POSITIVE_INFINITY),
    endUs: ends.length < nodes.length ? null : ends.reduce((last, end) => Math.max(last, end), 0),
    statuses,
    note: nodes.find(({ note }) => note !== null)?.note ?? null,
    input: sum(nodes, "input"),
    output: sum(nodes, "output"),
    children: [],
  };
}

function sum(nodes: readonly SpanNode[], field: "input" | "output"): number {
  return nodes.reduce((total, node) => total + node[field], 0);
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
