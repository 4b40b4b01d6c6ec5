import type { Problem } from "./codec.ts";
import type { Plan } from "./plan.ts";
import { opsOf } from "./walk.ts";

/** The first circle of calls, as a path: a plan with one would never end. */
export function verifyCalls(plan: Plan): readonly Problem[] {
  const calls = new Map(
    Object.entries(plan.blocks).map(([name, block]) => [
      name,
      new Set(opsOf(block.body).flatMap((op) => (op.kind === "call" ? [op.block] : []))),
    ]),
  );
  const endless = withoutEnd(calls);
  const [first] = endless;
  return first === undefined ? [] : [{ at: "/blocks", message: `calls go in a circle: ${circleFrom(first, calls, endless).join(" -> ")}` }];
}

type Calls = ReadonlyMap<string, ReadonlySet<string>>;

/** What is left when blocks that call nothing are taken away, again and again: each of it calls another of it. */
function withoutEnd(calls: Calls): ReadonlySet<string> {
  const callers = new Map<string, string[]>();
  for (const [caller, called] of calls) for (const block of called) callers.set(block, [...(callers.get(block) ?? []), caller]);
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
  return new Set(open.keys());
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
