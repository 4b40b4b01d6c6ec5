import { type LimitName, limitKinds, limitNames, limitsOf } from "../ir/limits.ts";
import type { Limits } from "../ir/plan.ts";
import type { Span } from "../ir/span.ts";
import { type Field, mismatch, spanOf, table } from "./read.ts";

/** Limits, and where each of them stands. */
export interface GivenLimits {
  readonly values: Limits;
  readonly spans: Readonly<Partial<Record<LimitName, Span>>>;
}

/** Where nothing is said of limits. */
export const nothingLimited: GivenLimits = { values: limitsOf(() => null), spans: {} };

/** The limits of a config. Reports `config/wrong-type` and `config/unknown-key`. */
export function decodeLimits(field: Field | undefined): GivenLimits {
  if (!field) return nothingLimited;
  const given = table(field, limitNames);
  const spans = limitNames.flatMap((name) => (given[name] ? [[name, spanOf(given[name])] as const] : []));
  return { values: limitsOf((name) => amountIn(name, given[name])), spans: Object.fromEntries(spans) };
}

function amountIn(name: LimitName, field: Field | undefined): number | null {
  const { read, expected } = limitKinds[name];
  return field ? (read(field.value) ?? mismatch(field, expected)) : null;
}
