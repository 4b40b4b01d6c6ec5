import type { ResolvedSkill, ResolvedStep } from "../3-resolve/types.ts";

const heading = "\n\n## Available skills\nCall read_skill(name) to load full instructions before using a skill.\n";
const begin = "\n\nCall start() to receive your task before beginning work.";

/** The system prompt of a step: its body; an act's also lists its skills, then says how to begin. */
export function systemOf(step: ResolvedStep, skills: Readonly<Record<string, ResolvedSkill>>): string {
  if (step.kind === "ask") return step.body;
  const list = step.skills.map((name) => `- **${name}**: ${skills[name]?.description ?? ""}\n`).join("");
  return `${step.body}${list === "" ? "" : heading + list}${begin}`;
}
