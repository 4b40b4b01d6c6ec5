import { toolOrder } from "../../stdlib/tools/index.ts";
import type { ParsedProject, ParsedSkill } from "../2-parse/types.ts";
import { resolveUnusedAgent, resolveUnusedSkill } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { watch } from "../diagnostics/watch.ts";
import type { Reader } from "../expr/types.ts";
import { reachable } from "../graph.ts";
import { bindAgent } from "./agent.ts";
import { findEntries } from "./entries.ts";
import { openModels } from "./models.ts";
import { checkReferences, namesOf } from "./references.ts";
import { bundlesOf, missesTools, reportUnusedTools, toolsOf } from "./tools.ts";
import type { ResolvedAgent, ResolvedProject, ResolvedSkill } from "./types.ts";

/**
 * Binds every name: entries, agents, states, skills, tools, models, workers. All agents are checked, also those that no entry
 * reaches. `reader` is needed where there are expressions. Null where something of that has an error.
 */
export function resolve(project: ParsedProject, reader: Reader | null, report: Report): ResolvedProject | null {
  const watched = watch(report);
  const names = namesOf(project, [...toolOrder, ...project.tools.map(({ name }) => name)]);
  const entries = findEntries(project, names, watched.report);
  checkReferences(project, names, watched.report);
  const models = openModels(project.config, watched.report);
  // An expression with an error hides no other finding: it may then be of any type.
  const scope = { project, agents: names.agents, models, expressions: { reader, report }, report: watched.report };
  const bound = project.agents.map((agent) => bindAgent(agent, scope));
  models.close();
  const isWhole =
    Object.values(project.unread).every((paths) => paths.length === 0) &&
    !project.config.broken &&
    !missesTools(project) &&
    project.agents.every(({ broken }) => !broken);
  const [first] = entries;
  if (watched.hasErrors() || !isWhole || first === undefined) return null;
  const reached = reach(bound, entries);
  const skills = skillsOf(project.skills, reached);
  const used = { agents: new Set(reached.map(({ name }) => name)), skills: new Set(Object.keys(skills)) };
  reportUnused(project, used, report);
  const modelIds = new Set(reached.flatMap(promptsOf).flatMap(({ model }) => model ?? []));
  return {
    name: project.config.name,
    entries: { default: first, names: [...entries].sort() },
    agents: reached,
    unused: bound.filter(({ name }) => !used.agents.has(name)),
    models: Object.fromEntries([...models.bound].filter(([id]) => modelIds.has(id)).sort(byName)),
    skills,
    tools: toolsOf(project, Object.values(skills)),
    bundles: bundlesOf(project),
    env: envOf(project, used),
    limits: project.config.limits.values,
    trace: project.config.trace,
    guards: project.config.guards,
    digests: project.digests,
    texts: project.texts,
  };
}

/** The agents that the entries lead to, sorted by name. */
function reach(agents: readonly ResolvedAgent[], entries: readonly string[]): readonly ResolvedAgent[] {
  const reached = reachable(new Map(agents.map(({ name, calls }) => [name, calls])), entries);
  return agents.filter(({ name }) => reached.has(name));
}

function promptsOf(agent: ResolvedAgent) {
  return [agent.body, ...Object.values(agent.steps)];
}

function skillsOf(skills: readonly ParsedSkill[], agents: readonly ResolvedAgent[]): Readonly<Record<string, ResolvedSkill>> {
  const used = new Set(agents.flatMap(promptsOf).flatMap((prompt) => prompt.skills));
  const resolved = skills.filter(({ directory }) => used.has(directory)).map(toSkill);
  return Object.fromEntries(resolved.map((skill) => [skill.name, skill]));
}

function toSkill({ directory, description, body, tools: unlocks }: ParsedSkill): ResolvedSkill {
  return { name: directory, description: description.value, body: body.value, tools: unlocks.map(({ value }) => value) };
}

/** The variables that used agents and skills name. */
function envOf({ agents, skills }: ParsedProject, used: Used): readonly string[] {
  const declaring = [
    ...agents.filter(({ directory }) => used.agents.has(directory)),
    ...skills.filter(({ directory }) => used.skills.has(directory)),
  ];
  return [...new Set(declaring.flatMap(({ env }) => env.map(({ value }) => value)))].sort();
}

interface Used {
  readonly agents: ReadonlySet<string>;
  readonly skills: ReadonlySet<string>;
}

/** An agent that only an unused agent calls is told with that one, and so is a skill that only an unused agent uses. */
function reportUnused(project: ParsedProject, used: Used, report: Report): void {
  const idle = project.agents.filter((agent) => !used.agents.has(agent.directory));
  const called = new Set(idle.flatMap(({ references }) => references.map((reference) => reference.name.value)));
  for (const { directory, name } of idle.filter((agent) => !called.has(agent.directory))) {
    report(resolveUnusedAgent(name.span, { name: directory }));
  }
  const named = new Set(
    project.agents.flatMap(({ body, steps }) => [body, ...steps].flatMap(({ uses }) => uses.map(({ value }) => value))),
  );
  for (const { directory, name } of project.skills.filter((skill) => !used.skills.has(skill.directory) && !named.has(skill.directory))) {
    report(resolveUnusedSkill(name.span, { name: directory }));
  }
  reportUnusedTools(project, report);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
