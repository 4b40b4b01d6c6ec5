import { tools as builtIn } from "../../stdlib/tools/index.ts";
import type { Located, ParsedAgent, ParsedProject, ParsedSkill } from "../2-parse/types.ts";
import {
  effectsBeyondPermissions,
  effectsBeyondPermissionsNotes,
  effectsNeedsFlags,
  effectsNeedsFlagsNotes,
} from "../diagnostics/codes.generated.ts";
import type { Related, Report } from "../diagnostics/diagnostic.ts";
import { reachable } from "../graph.ts";
import type { Effect } from "../ir/plan.ts";
import type { Span } from "../ir/span.ts";
import { uncalledOf } from "./callers.ts";

/** A way to an effect: an agent, the skill that it uses, the tool that the skill unlocks; or what the agent is or declares itself. */
interface Way {
  readonly effect: Effect;
  readonly agent: string;
  readonly path: readonly string[];
  readonly span: Span;
  readonly unlocked: Related | null;
}

/** Every run may do these. */
const always: readonly Effect[] = ["mem", "read"];

/**
 * Holds what agents that an entry reaches can do against the config's `permissions`. Where it has none, each entry is told once
 * which flags a run of it will need; worker code needs none, for a plan that was built here is trusted with it.
 */
export function checkEffects(project: ParsedProject, report: Report): void {
  const ways = waysOf(project);
  if (ways.length === 0) return;
  const calls = new Map(project.agents.map((agent) => [agent.directory, agent.references.map(({ name }) => name.value)]));
  const entries = entriesOf(project);
  const { permissions } = project.config;
  if (permissions !== null) {
    const reached = reachable(
      calls,
      entries.map(({ value }) => value),
    );
    return reportBeyond(
      ways.filter(({ agent, effect }) => reached.has(agent) && !isGranted(effect, permissions)),
      report,
    );
  }
  for (const entry of entries) {
    const reached = reachable(calls, [entry.value]);
    const asked = ways.filter(({ agent, effect }) => reached.has(agent) && !always.includes(effect) && effect !== "code");
    reportFlags({ entry, ways: asked, file: project.config.file }, report);
  }
}

/** The agents that runs begin with: those of the config, or else the one that nothing calls. */
export function entriesOf({ config, agents }: ParsedProject): readonly Located<string>[] {
  const byName = new Map(agents.map((agent) => [agent.directory, agent]));
  const named = config.entries.flatMap(({ name, span }) => {
    const agent = byName.get(name);
    return agent ? [{ value: name, span: span ?? agent.name.span }] : [];
  });
  if (config.entries.length > 0) return named;
  const roots = uncalledOf(agents);
  return roots.length === 1 ? roots.map(({ directory, name }) => ({ value: directory, span: name.span })) : [];
}

function isGranted(effect: Effect, permissions: readonly Effect[]): boolean {
  return always.includes(effect) || permissions.includes("exec") || permissions.includes(effect);
}

function waysOf({ agents, skills, workers, tools: own }: ParsedProject): readonly Way[] {
  const bySkill = new Map(skills.map((skill) => [skill.directory, skill]));
  const byTool = new Map([...Object.values(builtIn), ...own].map(({ name, effects }) => [name, effects]));
  return agents.flatMap((agent) => {
    const ways = waysThroughSkills(agent, bySkill, byTool);
    const sends = ways.some(({ effect }) => effect === "net" || effect === "exec");
    return [...ways, ...codeOf(agent, workers), ...(sends ? variablesOf(agent, bySkill) : [])];
  });
}

function waysThroughSkills(
  agent: ParsedAgent,
  skills: ReadonlyMap<string, ParsedSkill>,
  tools: ReadonlyMap<string, readonly Effect[]>,
): readonly Way[] {
  return usesOf(agent).flatMap((use) =>
    (skills.get(use.value)?.tools ?? []).flatMap((tool) =>
      (tools.get(tool.value) ?? []).map((effect) => ({
        effect,
        agent: agent.directory,
        path: [agent.directory, use.value, tool.value],
        span: use.span,
        unlocked: use.value.startsWith("std/") ? null : effectsBeyondPermissionsNotes.unlocked(tool.span, { skill: use.value }),
      })),
    ),
  );
}

/** The skills that models of an agent may read. */
export function usesOf({ body, steps }: ParsedAgent): readonly Located<string>[] {
  return [body, ...steps].filter(({ kind }) => kind === "act").flatMap((step) => step.uses);
}

function codeOf({ directory, definition, pattern }: ParsedAgent, workers: ParsedProject["workers"]): readonly Way[] {
  if (definition.body !== "code" || !Object.hasOwn(workers, directory)) return [];
  return [{ effect: "code", agent: directory, path: [directory], span: pattern.span, unlocked: null }];
}

/** Variables are read where tools of the agent put them into what they send: those that it names, and those that its skills name. */
function variablesOf(agent: ParsedAgent, skills: ReadonlyMap<string, ParsedSkill>): readonly Way[] {
  const { directory, env } = agent;
  const own = env.map(({ value, span }) => ({ path: [directory, value], span }));
  const ofSkills = usesOf(agent).flatMap((use) =>
    (skills.get(use.value)?.env ?? []).map(({ value }) => ({ path: [directory, use.value, value], span: use.span })),
  );
  return [...own, ...ofSkills].map((way) => ({ effect: "env", agent: directory, ...way, unlocked: null }));
}

/** One finding for each tool of a skill, however many agents use it: that is what the config does not allow. */
function reportBeyond(ways: readonly Way[], report: Report): void {
  const byCause = new Map<string, Way[]>();
  for (const way of ways) {
    const cause = JSON.stringify([way.effect, ...(way.path.length > 2 ? way.path.slice(1) : way.path)]);
    byCause.set(cause, [...(byCause.get(cause) ?? []), way]);
  }
  for (const [first, ...others] of byCause.values()) {
    if (!first) continue;
    const related = others.slice(0, 4).map(({ span, agent }) => effectsBeyondPermissionsNotes.other(span, { agent }));
    const facts = { effect: first.effect, path: first.path.join(" -> ") };
    report(effectsBeyondPermissions(first.span, facts, [...(first.unlocked ? [first.unlocked] : []), ...related]));
  }
}

/** One warning for an entry, with a way to each effect. */
function reportFlags(
  { entry, ways, file }: { readonly entry: Located<string>; readonly ways: readonly Way[]; readonly file: string | null },
  report: Report,
): void {
  const firsts = new Map(ways.toReversed().map((way) => [way.effect, way]));
  if (firsts.size === 0) return;
  const effects = [...firsts.keys()].sort();
  const names = [...new Set(ways.flatMap(({ effect, path }) => (effect === "env" ? path.slice(-1) : [])))].sort();
  const flags = effects.map((effect) => `\`--allow-${effect}${effect === "env" ? `=${names.join(",")}` : ""}\``);
  const related = effects.flatMap((effect) => {
    const way = firsts.get(effect);
    return way ? [effectsNeedsFlagsNotes.way(way.span, { effect, path: way.path.join(" -> ") })] : [];
  });
  report(effectsNeedsFlags(entry.span, { entry: entry.value, flags: flags.join(" "), ...permissionsLine(effects, file) }, related));
}

/** What to write into the config, as its format has it. */
function permissionsLine(effects: readonly Effect[], file: string | null): { readonly line: string; readonly file: string } {
  const list = `[${effects.map((effect) => `"${effect}"`).join(", ")}]`;
  const isToml = file?.endsWith(".toml") ?? false;
  return { line: `permissions${isToml ? " =" : ":"} ${list}`, file: file ?? "tama.config.ts" };
}
