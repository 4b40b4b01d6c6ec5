import { tools as builtIn } from "../../stdlib/tools/index.ts";
import type { ParsedAgent, ParsedProject } from "../2-parse/types.ts";
import { effectsIrreversibleRetry, effectsIrreversibleRetryNotes } from "../diagnostics/codes.generated.ts";
import type { Related, Report } from "../diagnostics/diagnostic.ts";
import { reachable } from "../graph.ts";
import { usesOf } from "./effects.ts";

/** A tool that cannot be undone, and how an agent comes by it. */
interface Way {
  readonly tool: string;
  readonly path: readonly string[];
  readonly unlocked: Related | null;
}

/** Tells of agents that are tried again although what they do, or agents that they call, cannot be undone. One finding for each. */
export function checkIrreversible(project: ParsedProject, report: Report): void {
  const retried = project.agents.flatMap((agent) => (agent.attempts && agent.attempts.value > 1 ? [{ agent, at: agent.attempts }] : []));
  if (retried.length === 0) return;
  const ways = waysOf(project);
  const calls = new Map(project.agents.map((agent) => [agent.directory, agent.references.map(({ name }) => name.value)]));
  for (const { agent, at } of retried) {
    const [way] = [...reachable(calls, [agent.directory])].sort().flatMap((name) => ways.get(name) ?? []);
    if (!way) continue;
    const facts = { agent: agent.directory, tool: way.tool, path: way.path.join(" -> ") };
    report(effectsIrreversibleRetry(at.span, facts, way.unlocked ? [way.unlocked] : []));
  }
}

/** The first way of each agent that has one. */
function waysOf({ agents, skills, tools: own }: ParsedProject): ReadonlyMap<string, Way> {
  const irreversible = new Set([...Object.values(builtIn), ...own].filter(({ undo }) => undo === "irreversible").map(({ name }) => name));
  const bySkill = new Map(skills.map((skill) => [skill.directory, skill]));
  const wayOf = (agent: ParsedAgent) =>
    usesOf(agent).flatMap((use) =>
      (bySkill.get(use.value)?.tools ?? []).flatMap(({ value: tool, span }): readonly Way[] => {
        if (!irreversible.has(tool)) return [];
        const unlocked = use.value.startsWith("std/") ? null : effectsIrreversibleRetryNotes.unlocked(span, { skill: use.value });
        return [{ tool, path: [agent.directory, use.value, tool], unlocked }];
      }),
    );
  return new Map(
    agents.flatMap((agent) =>
      wayOf(agent)
        .slice(0, 1)
        .map((way) => [agent.directory, way] as const),
    ),
  );
}
