import { parseSkillForm, parseSkillOutside } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { Located } from "./types.ts";

/** What a skill that comes with tama is called by. */
export const shippedPrefix = "std/";

/**
 * The skill that an agent in a directory names: `name`, one of the project's, and `std/name`, one of tama's, are known by just that;
 * `./path`, a folder beside the agent, by its path in the project. Null after a finding.
 */
export function skillNamed(name: Located<string>, agent: string, report: Report): Located<string> | null {
  const { value, span } = name;
  if (!value.includes("/") || /^std\/[^/]*$/.test(value)) return name;
  if (!value.startsWith("./")) {
    const suggestion = value.startsWith("../") ? `./${value}` : (/^skills\/([^/]+)\/?$/.exec(value)?.[1] ?? null);
    report(parseSkillForm(span, { name: value, suggestion }));
    return null;
  }
  const path = pathFrom(`agents/${agent}`, value);
  if (path === null) report(parseSkillOutside(span, { path: value }));
  return path === null ? null : { value: /^skills\/([^/]+)$/.exec(path)?.[1] ?? path, span };
}

/** Where a skill's SKILL.md is. */
export function skillFile(skill: string): string {
  return skill.includes("/") ? `${skill}/SKILL.md` : `skills/${skill}/SKILL.md`;
}

/** A path from a folder of the project, as one from its root; null where it leads out. */
function pathFrom(folder: string, path: string): string | null {
  const parts = folder.split("/");
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join("/");
}
