import { fingerprintOf } from "../../stdlib/tool.ts";
import { tools as builtIn } from "../../stdlib/tools/index.ts";
import type { ToolSource } from "../1-source/types.ts";
import type { ParsedProject } from "../2-parse/types.ts";
import { resolveUnusedTool } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { type Digest, digestBytes } from "../ir/digest.ts";
import type { PlanTool } from "../ir/plan.ts";
import { jsonSchema } from "../ir/types.ts";
import type { ResolvedSkill } from "./types.ts";

/** Whether a tool that the config names could not be had, which has been reported: it may be any that a skill names. */
export function missesTools({ config, tools }: ParsedProject): boolean {
  return tools.length < config.tools.length;
}

/** The tools that skills unlock, sorted by name. */
export function toolsOf(project: ParsedProject, skills: readonly ResolvedSkill[]): Readonly<Record<string, PlanTool>> {
  const own = new Map(project.tools.map((tool) => [tool.name, ownTool(tool)]));
  const names = [...new Set(skills.flatMap(({ tools }) => tools))].sort();
  return Object.fromEntries(
    names.flatMap((name) => {
      const tool = own.get(name) ?? builtInTool(name);
      return tool ? [[name, tool]] : [];
    }),
  );
}

/** The modules of the project's own tools. */
export function bundlesOf({ tools }: ParsedProject): Readonly<Record<Digest, string>> {
  return Object.fromEntries(tools.map(({ bundle }) => [digestBytes(bundle), bundle]));
}

/** Reports each tool of the project's own that no skill names. */
export function reportUnusedTools({ tools, skills }: ParsedProject, report: Report): void {
  const named = new Set(skills.flatMap((skill) => skill.tools.map(({ value }) => value)));
  for (const { name, span } of tools.filter((tool) => !named.has(tool.name))) report(resolveUnusedTool(span, { name }));
}

function builtInTool(name: string): PlanTool | null {
  const tool = builtIn[name];
  if (!tool) return null;
  const { description, parameters, effects, undo } = tool;
  return { description, parameters, effects, undo, fingerprint: fingerprintOf(tool), bundle: null, timeoutMs: null };
}

function ownTool({ description, input, effects, undo, timeoutMs, bundle }: ToolSource): PlanTool {
  const digest = digestBytes(bundle);
  return { description, parameters: jsonSchema(input), effects, undo, fingerprint: digest, bundle: digest, timeoutMs };
}
