import type { Json } from "../../compiler/ir/json.ts";
import type { OpFrame } from "./frames.ts";

/** The failures that an expression reads, through other expressions too, as a fan-out tells its own: the `details` of what fails because of them. */
export function collectedFailures({ body, position }: OpFrame): { readonly details?: Json } {
  const { needs } = body.index;
  const reached = new Set(needs[position]);
  for (const at of reached) if (body.body.ops[at]?.kind === "pure") for (const need of needs[at] ?? []) reached.add(need);
  const failures = [...reached]
    .sort((a, b) => a - b)
    .flatMap((at) => {
      const id = body.body.ops[at]?.id ?? "";
      const outcome = body.outcomes.get(id);
      return outcome?.failed ? [{ op: id, failure: outcome.value }] : [];
    });
  return failures.length > 0 ? { details: failures } : {};
}
