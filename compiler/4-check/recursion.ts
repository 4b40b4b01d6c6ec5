import type { ParsedAgent, ParsedProject } from "../2-parse/types.ts";
import { checkCycle, checkCycleNotes, checkDeepCalls } from "../diagnostics/codes.generated.ts";
import type { Related, Report } from "../diagnostics/diagnostic.ts";
import { cycles } from "../graph.ts";
import type { Span } from "../ir/span.ts";
import { maxCallDepth, tooDeep } from "../ir/verify-calls.ts";
import type { Endings } from "./endings.ts";

/** Reports agents that call each other without end, one shortest cycle for each group of them, and calls that go too deep. */
export function checkRecursion({ agents }: ParsedProject, { circular, endings }: Endings, report: Report): void {
  const edges = new Map(agents.map(({ directory, references }) => [directory, references.map(({ name }) => name.value)]));
  const deep = tooDeep(endings.keys(), (name) => edges.get(name) ?? []);
  if (deep !== null) report(checkDeepCalls(firstCall(agents, deep), { agent: deep, limit: maxCallDepth }));
  if (circular.length === 0) return;
  const calls = new Map(agents.map((agent) => [agent.directory, callsOf(agent)]));
  for (const cycle of cycles(edges)) {
    const [first, ...others] = cycle.slice(1).map((callee, index) => callOf(calls, cycle[index] ?? "", callee));
    report(checkCycle(first?.span ?? null, { path: cycle.join(" -> ") }, others));
  }
}

function firstCall(agents: readonly ParsedAgent[], name: string): Span | null {
  return agents.find(({ directory }) => directory === name)?.references[0]?.name.span ?? null;
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
