import type { ParsedProject } from "../2-parse/types.ts";
import { closest } from "../diagnostics/closest.ts";
import { resolveNoAgents, resolveNoEntry, resolveUnknownEntry } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { configPlace } from "./config-place.ts";
import type { Names } from "./references.ts";

/**
 * The agents that a run can start with, the default first: those that the config names, or else the one agent that no
 * other calls.
 */
export function findEntries(project: ParsedProject, names: Names, report: Report): readonly string[] {
  if (names.agents.size === 0) {
    report(resolveNoAgents(null));
    return [];
  }
  const { entries } = project.config;
  for (const { name, span } of entries.filter((entry) => !names.agents.has(entry.name))) {
    report(resolveUnknownEntry(span, { name, closest: closest(name, names.agents) }));
  }
  if (entries.length > 0) return [...new Set(entries.map(({ name }) => name))].filter((name) => names.agents.has(name));
  return theOnlyRoot(project, report);
}

/** Silent where an agent could not be read, since that may call others, and where all are called, since then there is a cycle. */
function theOnlyRoot(project: ParsedProject, report: Report): readonly string[] {
  const called = new Set(
    project.agents.flatMap(({ directory, references }) => references.map(({ name }) => name.value).filter((name) => name !== directory)),
  );
  const roots = project.agents.map(({ directory }) => directory).filter((directory) => !called.has(directory));
  const [first] = roots;
  if (first === undefined || roots.length === 1 || project.unread.agents.length > 0 || project.config.broken)
    return roots.length === 1 ? roots : [];
  report(resolveNoEntry(null, { count: roots.length, ...configPlace(project.config, "entry", first) }));
  return [];
}
