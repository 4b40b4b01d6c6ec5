import type { Cost, Interval } from "../ir/plan.ts";

/** What a run can cost, for people: `4 to 20 model turns`. */
export function costText(known: Cost): string {
  if (known.kind === "unknown") return "unknown";
  const tokens = known.tokens ? [`${range(known.tokens)} tokens`] : [];
  const usd = known.usd ? [`${range(known.usd)} USD`] : [];
  return [turns(known.turns), ...tokens, ...usd].join(", ");
}

/** What a run that begins with an agent can cost, for people. */
export function agentCostText(known: Cost, agent: string): string {
  const found = known.kind === "bounded" ? known.agents[agent] : undefined;
  return found ? turns(found) : "unknown";
}

function turns(known: Interval): string {
  return `${range(known)} model turn${known.max === 1 ? "" : "s"}`;
}

function range({ min, max }: Interval): string {
  return min === max ? count(min) : `${count(min)} to ${count(max)}`;
}

/** A large number by its size: the bound of a loop in a loop is nothing that one reads digit by digit. */
function count(value: number): string {
  if (value >= Number.MAX_SAFE_INTEGER) return "more than 9e15";
  return value < 1e6 ? String(value) : value.toExponential(1).replace("e+", "e");
}
