import type { ParsedAgent, ParsedProject } from "../2-parse/types.ts";
import { checkCycle, checkCycleNotes } from "../diagnostics/codes.generated.ts";
import type { Related, Report } from "../diagnostics/diagnostic.ts";
import { cycles } from "../graph.ts";
import type { Span } from "../ir/span.ts";
import type { Endings } from "./endings.ts";

/** Reports agents that call each other without end: one shortest cycle for each group of them. */
export function checkRecursion({ agents }: ParsedProject, { circular }: Endings, report: Report): void {
  if (circular.length === 0) return;
  const edges = new Map(agents.map(({ directory, references }) => [directory, references.map(({ name }) => name.value)]));
  const calls = new Map(agents.map((agent) => [agent.directory, callsOf(agent)]));
  for (const cycle of cycles(edges)) {
    const [first, ...others] = cycle.slice(1).map((callee, index) => callOf(calls, cycle[index] ?? "", callee));
    report(checkCycle(first?.span ?? null, { path: cycle.join(" -> ") }, others));
  }
}

/** Whom an agent calls, each with the first place that says so. */
function callsOf({ references }: ParsedAgent): ReadonlyMap<string, Span> {
  const calls = new Map<string, Span>();
  for (const { name } of references) if (!calls.has(name.value)) calls.set(name.value, name.span);
  return calls;
}

function callOf(calls: ReadonlyMap<string, ReadonlyMap<string, Span>>, caller: string, callee: string): Related {
  const span = calls.get(caller)?.get(callee) ?? { file: `agents/${caller}/AGENT.md`, start: 0, end: 0 };
  return checkCycleNotes.call(span, { caller, callee });
}
