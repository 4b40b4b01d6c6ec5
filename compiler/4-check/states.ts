import type { ParsedAgent } from "../2-parse/types.ts";
import { checkUnreachableState } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { reachable } from "../graph.ts";

/** Reports the states that no way from the initial one leads to. Silent where the table has an error, which could be why. */
export function checkStates({ fields, broken }: ParsedAgent, report: Report): void {
  const values = Object.values(fields);
  const starts = values.flatMap((field) => (field.kind === "state" ? [field.name.value] : []));
  for (const { states } of values.filter((field) => field.kind === "states")) {
    const edges = new Map(states.map(({ name, routes }) => [name.value, routes.flatMap(({ target }) => target?.value ?? [])]));
    const isWhole = [...starts, ...[...edges.values()].flat()].every((name) => edges.has(name));
    if (broken || starts.length === 0 || !isWhole) continue;
    const reached = reachable(edges, starts);
    for (const { name } of states.filter((state) => !reached.has(state.name.value)))
      report(checkUnreachableState(name.span, { name: name.value }));
  }
}
