import { type GivenLimits, nothingLimited } from "../config/limits.ts";
import { type LimitName, limitKinds, limitNames, limitsOf } from "../ir/limits.ts";
import type { Fields } from "./fields.ts";
import type { Located } from "./types.ts";
import { mismatch, type Read, shaped } from "./values.ts";

/** Reads `limits: {calls: 40, tokens: 200k, wall: 10m, usd: 2.50, items: 100, concurrency: 8}`. */
export function readLimits(fields: Fields): GivenLimits {
  const inner = fields.inner("limits");
  if (!inner) return nothingLimited;
  const given = new Map(limitNames.map((name) => [name, inner.optional(name, amount(name))]));
  inner.close("`limits`");
  const spans = [...given].flatMap(([name, found]) => (found ? [[name, found.span] as const] : []));
  return { values: limitsOf((name) => given.get(name)?.value), spans: Object.fromEntries(spans) };
}

function amount(name: LimitName): Read<Located<number>> {
  const { schema, read, expected } = limitKinds[name];
  return shaped(schema, (node, reading) => {
    const value = node.kind === "scalar" ? read(node.value) : null;
    return value === null ? mismatch(node, reading, expected) : { value, span: node.span };
  });
}
