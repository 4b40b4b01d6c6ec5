import type { ResolvedSkill, ResolvedStep } from "../3-resolve/types.ts";
import { nameOfSkill } from "../ir/plan.ts";

const heading = "\n\n## Available skills\nCall read_skill(name) to load full instructions before using a skill.\n";
const begin = "\n\nCall start() to receive your task before beginning work.";

/** What follows a step's body in its system prompt: for an act the list of its skills, then how to begin. */
export function afterBody(step: ResolvedStep, skills: Readonly<Record<string, ResolvedSkill>>): string {
  if (step.kind === "ask") return "";
  const list = step.skills.map((name) => `- **${nameOfSkill(name)}**: ${skills[name]?.description ?? ""}\n`).join("");
  return `${list === "" ? "" : heading + list}${begin}`;
}
