import { skills as shipped } from "../../stdlib/skills/skills.generated.ts";
import type { Located, ParsedAgent } from "../2-parse/types.ts";
import { closest } from "../diagnostics/closest.ts";
import { resolveSameSkillName, resolveSameSkillNameNotes, resolveUnknownSkill } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { nameOfSkill } from "../ir/plan.ts";
import type { Checking } from "./references.ts";

/** Reports each skill of an agent that nothing answers to, and those of one prompt that a model could not tell apart. */
export function checkSkills(agent: ParsedAgent, known: ReadonlySet<string>, { report, search }: Checking): void {
  for (const { uses } of [agent.body, ...agent.steps]) {
    for (const use of uses)
      if (!known.has(use.value))
        report(
          unknownSkill(
            use,
            agent,
            search(known.size, () => meantSkill(use, agent, known)),
          ),
        );
    reportSameNames(
      uses.filter(({ value }) => known.has(value)),
      report,
    );
  }
}

function unknownSkill({ value, span }: Located<string>, { directory }: ParsedAgent, meant: string | null) {
  return resolveUnknownSkill(span, { name: asWritten(value, directory), closest: meant });
}

/** A skill of the same name elsewhere, else the closest one. */
function meantSkill({ value }: Located<string>, { directory }: ParsedAgent, known: ReadonlySet<string>): string | null {
  const all = [...known, ...Object.keys(shipped).map((name) => `std/${name}`)];
  const elsewhere = all.find((skill) => nameOfSkill(skill) === nameOfSkill(value));
  if (elsewhere) return asWritten(elsewhere, directory);
  return closest(asWritten(value, directory), new Set(all.map((skill) => asWritten(skill, directory))));
}

function reportSameNames(uses: readonly Located<string>[], report: Report): void {
  const firsts = new Map<string, Located<string>>();
  for (const use of uses) {
    const name = nameOfSkill(use.value);
    const first = firsts.get(name);
    if (first) report(resolveSameSkillName(use.span, { name }, [resolveSameSkillNameNotes.other(first.span)]));
    else firsts.set(name, use);
  }
}

/** A skill as the agent in a directory would name it. */
function asWritten(skill: string, directory: string): string {
  const [beside, elsewhere] = [`agents/${directory}/`, "agents/"];
  if (skill.startsWith(beside)) return `./${skill.slice(beside.length)}`;
  return skill.startsWith(elsewhere) ? `./../${skill.slice(elsewhere.length)}` : skill;
}
