import type { Block } from "../ir/plan.ts";
import { opsOf } from "../ir/walk.ts";

/** Which blocks each block calls. */
export function callsOf(blocks: Readonly<Record<string, Block>>): ReadonlyMap<string, readonly string[]> {
  const callees = ({ body }: Block) => opsOf(body).flatMap((op) => (op.kind === "call" ? [op.block] : []));
  return new Map(Object.entries(blocks).map(([name, block]) => [name, callees(block)]));
}
