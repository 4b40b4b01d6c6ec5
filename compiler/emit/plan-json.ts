import { encodePlan } from "../ir/decode.ts";
import { pretty } from "../ir/json.ts";
import type { Plan } from "../ir/plan.ts";

/** A plan as the text of `plan.json`: sorted and indented, for it is committed and reviewed. */
export function planJson(plan: Plan): string {
  return pretty(encodePlan(plan));
}
