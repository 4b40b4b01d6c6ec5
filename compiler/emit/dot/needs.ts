import type { Body, Op } from "../../ir/ops.ts";
import { bodiesOf, expressionsOf, exprsIn } from "../../ir/walk.ts";

/** For each op of a body, the ops of it that must have ended before: in declared order, less those that another of them implies. */
export function needsOf(body: Body): ReadonlyMap<string, readonly string[]> {
  const all = new Map<string, ReadonlySet<string>>();
  const direct = new Map<string, readonly string[]>();
  const position = new Map(body.ops.map((op, index) => [op.id, index]));
  const declared = (a: string, b: string) => (position.get(a) ?? 0) - (position.get(b) ?? 0);
  for (const op of body.ops) {
    const reads = new Set([...op.after, ...readBy(op)].filter((id) => all.has(id)));
    const implied = new Set([...reads].flatMap((id) => [...(all.get(id) ?? [])]));
    direct.set(op.id, [...reads].filter((id) => !implied.has(id)).sort(declared));
    all.set(op.id, new Set([...reads, ...implied]));
  }
  return direct;
}

/** Every op whose outcome an op reads, in its expressions or in the bodies that it holds. */
function* readBy(op: Op): Generator<string> {
  for (const expr of expressionsOf(op)) yield* outcomesIn(expr);
  for (const body of bodiesOf(op)) {
    for (const inner of body.ops) yield* readBy(inner);
    if (body.result.kind === "outcome") for (const expr of [body.result.key, body.result.value]) yield* outcomesIn(expr);
  }
}

function* outcomesIn(expr: Parameters<typeof exprsIn>[0]): Generator<string> {
  for (const part of exprsIn(expr)) if (part.kind === "outcome") yield part.op;
}
