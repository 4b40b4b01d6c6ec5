import type { Problem } from "./codec.ts";
import type { Plan } from "./plan.ts";
import { opsOf } from "./walk.ts";

/** How deep calls may go: each path in a run has a segment for every call around it, so what is recorded grows with the square of that. */
export const maxCallDepth = 1_000;

/** The first circle of calls, as a path, for a plan with one would never end; else a block whose calls go too deep. */
export function verifyCalls(plan: Plan): readonly Problem[] {
  const calls = new Map(
    Object.entries(plan.blocks).map(([name, block]) => [
      name,
      new Set(opsOf(block.body).flatMap((op) => (op.kind === "call" ? [op.block] : []))),
    ]),
  );
  const { ended, endless } = withoutEnd(calls);
  const [first] = endless;
  if (first !== undefined) return [{ at: "/blocks", message: `calls go in a circle: ${circleFrom(first, calls, endless).join(" -> ")}` }];
  const deep = tooDeep(ended, (name) => [...(calls.get(name) ?? [])]);
  return deep === null ? [] : [{ at: `/blocks/${deep}`, message: `its calls go deeper than ${maxCallDepth}` }];
}

/** The first that leads deeper than calls may go; `names` stand each after those that it calls. */
export function tooDeep(names: Iterable<string>, calledBy: (name: string) => readonly string[]): string | null {
  const depths = new Map<string, number>();
  for (const name of names) {
    const depth = calledBy(name).reduce((deepest, callee) => Math.max(deepest, 1 + (depths.get(callee) ?? 0)), 1);
    if (depth > maxCallDepth) return name;
    depths.set(name, depth);
  }
  return null;
}

type Calls = ReadonlyMap<string, ReadonlySet<string>>;

/** Blocks that call nothing are taken away, again and again: those, in order, and what is left, each of which calls another of it. */
function withoutEnd(calls: Calls): { readonly ended: readonly string[]; readonly endless: ReadonlySet<string> } {
  const callers = new Map<string, string[]>();
  for (const [caller, called] of calls) {
    for (const block of called) {
      const known = callers.get(block);
      if (known) known.push(caller);
      else callers.set(block, [caller]);
    }
  }
  const open = new Map([...calls].map(([name, called]) => [name, [...called].filter((block) => calls.has(block)).length]));
  const ended = [...open].flatMap(([name, count]) => (count === 0 ? [name] : []));
  for (const name of ended) {
    open.delete(name);
    for (const caller of callers.get(name) ?? []) {
      const left = (open.get(caller) ?? 0) - 1;
      open.set(caller, left);
      if (left === 0) ended.push(caller);
    }
  }
  return { ended, endless: new Set(open.keys()) };
}

function circleFrom(start: string, calls: Calls, endless: ReadonlySet<string>): readonly string[] {
  const path: string[] = [];
  let at = start;
  while (!path.includes(at)) {
    path.push(at);
    at = [...(calls.get(at) ?? [])].find((block) => endless.has(block)) ?? at;
  }
  return [...path.slice(path.indexOf(at)), at];
}
