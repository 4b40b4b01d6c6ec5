import { tools as builtIn } from "../../stdlib/tools/index.ts";
import { variablesIn } from "../../stdlib/tools/variables.ts";
import type { Located, ParsedAgent, ParsedProject, ParsedSkill, ParsedStep } from "../2-parse/types.ts";
import { effectsUnlistedVariable, effectsUnlistedVariableNotes } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { reachable } from "../graph.ts";
import { entriesOf, usesOf } from "./effects.ts";

/** A text that tells a model what to send, and the agent whose model reads it. `use`: where the agent names the skill that it is of. */
interface Told {
  readonly agent: string;
  readonly text: Located<string>;
  readonly use: Located<string> | null;
}

/**
 * Tells of variables that prompts and skills would have a tool send, and that no agent or skill of a run lists: a tool leaves such a
 * `${NAME}` as it is written. Where commands may run, `${NAME}` may be the shell's, so nothing is said; nor where something that may
 * list one has an error.
 */
export function checkVariables(project: ParsedProject, report: Report): void {
  const skills = new Map(project.skills.map((skill) => [skill.directory, skill]));
  const agents = reachedIn(project);
  if (project.unread.agents.length + project.unread.skills.length > 0 || agents.some(({ broken }) => broken)) return;
  const listed = new Set(agents.flatMap((agent) => namesOf(agent, skills)));
  const firsts = new Map<string, Told>();
  for (const told of agents.flatMap((agent) => [agent.body, ...agent.steps].flatMap((step) => toldTo(agent, step, skills)))) {
    for (const { name, start, end } of variablesIn(told.text.value)) {
      const id = JSON.stringify([told.text.span.file, name]);
      if (listed.has(name) || firsts.has(id)) continue;
      firsts.set(id, told);
      const { file, start: at } = told.text.span;
      const related = told.use ? [effectsUnlistedVariableNotes.used(told.use.span, { agent: told.agent })] : [];
      report(effectsUnlistedVariable({ file, start: at + start, end: at + end }, { name, agent: told.agent }, related));
    }
  }
}

function reachedIn(project: ParsedProject): readonly ParsedAgent[] {
  const calls = new Map(project.agents.map((agent) => [agent.directory, agent.references.map(({ name }) => name.value)]));
  const reached = reachable(
    calls,
    entriesOf(project).map(({ value }) => value),
  );
  return project.agents.filter(({ directory }) => reached.has(directory));
}

type Skills = ReadonlyMap<string, ParsedSkill>;

function namesOf(agent: ParsedAgent, skills: Skills): readonly string[] {
  return [...agent.env, ...usesOf(agent).flatMap(({ value }) => skills.get(value)?.env ?? [])].map(({ value }) => value);
}

/** The texts that may name what the tools of a prompt send: its skills that unlock one, and the prompt itself. */
function toldTo({ directory }: ParsedAgent, step: ParsedStep, skills: Skills): readonly Told[] {
  if (step.kind !== "act") return [];
  const opened = step.uses.flatMap((use) => ({ use, skill: skills.get(use.value) }));
  const effects = new Set(opened.flatMap(({ skill }) => effectsOf(skill)));
  if (!effects.has("net") || effects.has("exec")) return [];
  const ofSkills = opened.flatMap(({ use, skill }) =>
    skill && !use.value.startsWith("std/") && effectsOf(skill).includes("net") ? [{ agent: directory, text: skill.body, use }] : [],
  );
  return [...ofSkills, { agent: directory, text: step.body, use: null }];
}

/** What the built-in tools of a skill do: tools of the project take no `${NAME}`. */
function effectsOf(skill: ParsedSkill | undefined): readonly string[] {
  return (skill?.tools ?? []).flatMap(({ value }) => (Object.hasOwn(builtIn, value) ? (builtIn[value]?.effects ?? []) : []));
}
