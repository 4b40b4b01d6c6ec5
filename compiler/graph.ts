import { createRequire } from "node:module";
import type { DirectedGraph } from "graphology";

/** Who leads to whom, by name. A target that is no key leads nowhere. */
export type Edges = ReadonlyMap<string, readonly string[]>;

/** From how many names of a group a shortest cycle is looked for: each costs a walk through the group. */
const maxStarts = 32;

/** The names, each after those that it leads to. Those that are on a cycle, or lead to one, are left out. */
export function bottomUp(edges: Edges): ReadonlySet<string> {
  const open = new Map<string, number>();
  const before = new Map<string, string[]>();
  const done = new Set<string>();
  for (const [name, targets] of edges) {
    let known = 0;
    for (const target of targets) if (edges.has(target) && noted(before, target, name)) known += 1;
    open.set(name, known);
    if (known === 0) done.add(name);
  }
  // A set's iteration goes on to what is added meanwhile.
  for (const name of done) {
    for (const earlier of before.get(name) ?? []) {
      const left = (open.get(earlier) ?? 0) - 1;
      open.set(earlier, left);
      if (left === 0) done.add(earlier);
    }
  }
  return done;
}

/** Notes that a name leads to a target; whether that was not known. What one name leads to is noted in one go. */
function noted(before: Map<string, string[]>, target: string, name: string): boolean {
  const known = before.get(target);
  if (known?.at(-1) === name) return false;
  if (known) known.push(name);
  else before.set(target, [name]);
  return true;
}

/** What can be reached from `starts`, these included. */
export function reachable(edges: Edges, starts: Iterable<string>): ReadonlySet<string> {
  const known = (names: Iterable<string>) => [...names].filter((name) => edges.has(name));
  return flood(known(starts), (name) => known(edges.get(name) ?? []));
}

/**
 * One short cycle of each group of names that lead to each other (of up to 32 names: a shortest), as a path that ends where it began. It begins at its
 * first name in order; the cycles are sorted by that.
 */
export function cycles(edges: Edges): readonly (readonly string[])[] {
  const circular = withoutEnds(edges);
  if (circular.size === 0) return [];
  const graph = graphOf(circular);
  dropLooseEnds(graph);
  const found: (readonly string[])[] = [];
  const settled = new Set<string>();
  for (const node of graph.nodes()) {
    if (settled.has(node)) continue;
    const group = groupOf(graph, node);
    for (const member of group) settled.add(member);
    const cycle = shortestCycle(graph, group);
    if (cycle) found.push(cycle);
  }
  return found;
}

/** What is on a cycle or leads to one: of most projects nothing. */
function withoutEnds(edges: Edges): Edges {
  const ended = bottomUp(edges);
  return new Map([...edges].filter(([name]) => !ended.has(name)));
}

/** Sorted, so that no answer depends on the order in which edges were found. */
function graphOf(edges: Edges): DirectedGraph {
  const graph = newGraph();
  for (const name of [...edges.keys()].sort()) graph.addNode(name);
  for (const name of graph.nodes()) {
    const targets = new Set((edges.get(name) ?? []).filter((target) => edges.has(target)));
    for (const target of [...targets].sort()) graph.addDirectedEdge(name, target);
  }
  return graph;
}

/** Graphology is loaded where there is a cycle: loading it takes a tenth of the time in which a small project is built. */
function newGraph(): DirectedGraph {
  const { DirectedGraph }: typeof import("graphology") = createRequire(import.meta.url)("graphology");
  return new DirectedGraph();
}

/** Drops what no cycle can hold: what only leads to one. */
function dropLooseEnds(graph: DirectedGraph): void {
  const isLoose = (node: string) => graph.outDegree(node) === 0 || graph.inDegree(node) === 0;
  const queue = graph.nodes().filter(isLoose);
  for (const node of queue) {
    if (!graph.hasNode(node)) continue;
    const neighbors = graph.neighbors(node);
    graph.dropNode(node);
    queue.push(...neighbors.filter((neighbor) => graph.hasNode(neighbor) && isLoose(neighbor)));
  }
}

/** The names that a name leads to and that lead back to it. Iterative, where a search by recursion would overflow on a long chain. */
function groupOf(graph: DirectedGraph, node: string): readonly string[] {
  const after = flood([node], (at) => graph.outNeighbors(at));
  return [...flood([node], (at) => graph.inNeighbors(at).filter((neighbor) => after.has(neighbor)))].sort();
}

function flood(starts: readonly string[], next: (node: string) => readonly string[]): ReadonlySet<string> {
  const seen = new Set(starts);
  // A set's iteration goes on to what is added meanwhile.
  for (const node of seen) for (const neighbor of next(node)) seen.add(neighbor);
  return seen;
}

function shortestCycle(graph: DirectedGraph, group: readonly string[]): readonly string[] | null {
  let best: readonly string[] | null = null;
  for (const start of group.slice(0, maxStarts)) {
    const cycle = cycleThrough(graph, start, best ? best.length - 2 : group.length);
    if (cycle) best = cycle;
  }
  return best;
}

/** The shortest way from `start` back to it, of at most `maxSteps` steps. */
function cycleThrough(graph: DirectedGraph, start: string, maxSteps: number): readonly string[] | null {
  const from = new Map<string, { readonly previous: string; readonly steps: number }>();
  const queue: { readonly node: string; readonly steps: number }[] = [{ node: start, steps: 0 }];
  for (const { node, steps } of queue) {
    if (steps >= maxSteps) return null;
    for (const neighbor of graph.outNeighbors(node)) {
      if (neighbor === start) return [...wayTo(node, start, from), start];
      if (from.has(neighbor)) continue;
      from.set(neighbor, { previous: node, steps: steps + 1 });
      queue.push({ node: neighbor, steps: steps + 1 });
    }
  }
  return null;
}

function wayTo(node: string, start: string, from: ReadonlyMap<string, { readonly previous: string }>): readonly string[] {
  const way = [node];
  for (let at = node; at !== start; ) {
    const step = from.get(at);
    if (!step) break;
    at = step.previous;
    way.push(at);
  }
  return way.reverse();
}
