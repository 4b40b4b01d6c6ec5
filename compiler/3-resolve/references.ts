import type { Located, ParsedAgent, ParsedProject, ParsedState } from "../2-parse/types.ts";
import { boundedSearch, closest, type Search } from "../diagnostics/closest.ts";
import { resolveUnknownAgent, resolveUnknownState, resolveUnknownTool } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { checkSkills } from "./skills.ts";
import { missesTools } from "./tools.ts";

/** The names that references may use: what was read, and what is there but could not be. */
export interface Names {
  readonly agents: ReadonlySet<string>;
  readonly skills: ReadonlySet<string>;
  readonly tools: ReadonlySet<string>;
}

/** Where findings go, and how they find what was meant. */
export interface Checking {
  readonly report: Report;
  readonly search: Search;
}

/** Collects the names of a project. */
export function namesOf(project: ParsedProject, tools: readonly string[]): Names {
  const agents = project.agents.map(({ directory }) => directory);
  const skills = project.skills.map(({ directory }) => directory);
  return {
    agents: new Set([...agents, ...project.unread.agents].sort()),
    skills: new Set([...skills, ...project.unread.skills].sort()),
    tools: new Set(tools),
  };
}

/** Reports each name that nothing answers to. */
export function checkReferences(project: ParsedProject, names: Names, report: Report): void {
  const checking = { report, search: boundedSearch() };
  for (const agent of project.agents) {
    checkAgents(agent, names, checking);
    checkStates(agent, checking);
    checkSkills(agent, names.skills, checking);
  }
  if (missesTools(project)) return;
  for (const { value, span } of unknown(
    project.skills.flatMap(({ tools }) => tools),
    names.tools,
  )) {
    report(resolveUnknownTool(span, { name: value, closest: checking.search(names.tools.size, () => closest(value, names.tools)) }));
  }
}

function checkAgents(agent: ParsedAgent, { agents }: Names, { report, search }: Checking): void {
  const needed = agent.references.filter(({ mayBeMarker }) => !mayBeMarker).map(({ name }) => name);
  for (const { value, span } of unknown(needed, agents))
    report(resolveUnknownAgent(span, { name: value, closest: search(agents.size, () => closest(value, agents)) }));
}

/** `initial` and every target must be states of the agent's own table. */
function checkStates({ fields }: ParsedAgent, { report, search }: Checking): void {
  const values = Object.values(fields);
  const tables = values.filter((field) => field.kind === "states");
  if (tables.length === 0) return;
  const states = tables.flatMap((table) => table.states);
  const known = new Set(states.map(({ name }) => name.value));
  const starts = values.flatMap((field) => (field.kind === "state" ? [field.name] : []));
  for (const { value, span } of unknown([...starts, ...states.flatMap(targetsOf)], known)) {
    report(resolveUnknownState(span, { name: value, closest: search(known.size, () => closest(value, known)) }));
  }
}

function targetsOf({ routes }: ParsedState): readonly Located<string>[] {
  return routes.flatMap(({ target }) => target ?? []);
}

function unknown(names: readonly Located<string>[], known: ReadonlySet<string>): readonly Located<string>[] {
  return names.filter(({ value }) => !known.has(value));
}
