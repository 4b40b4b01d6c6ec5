import type { Cost, Interval } from "../ir/plan.ts";

/** What a run can cost, for people: `4 to 20 model turns`. */
export function costText(known: Cost): string {
  if (known.kind === "unknown") return "unknown";
  const tokens = known.tokens ? [`${range(known.tokens)} tokens`] : [];
  const usd = known.usd ? [`${range(known.usd)} USD`] : [];
  return [`${range(known.turns)} model turn${known.turns.max === 1 ? "" : "s"}`, ...tokens, ...usd].join(", ");
}

function range({ min, max }: Interval): string {
  return min === max ? String(min) : `${min} to ${max}`;
}
