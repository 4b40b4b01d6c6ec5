import { join } from "node:path";
import type { Pattern } from "../../stdlib/pattern.ts";
import { patterns as builtIn } from "../../stdlib/patterns/index.ts";
import { readProject, rootOf } from "../1-source/index.ts";
import { decodeConfig } from "../config.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { hasErrors } from "../diagnostics/sort.ts";

/** The patterns that a project can use, and the folder of its agents and skills. */
export interface ProjectPatterns {
  readonly patterns: Readonly<Record<string, Pattern>>;
  readonly root: string;
  /** What is wrong with the project's config; null where it could be read. */
  readonly problem: Diagnostic | null;
}

/** The built-in patterns and those of the project in a folder. */
export async function patternsIn(dir: string): Promise<ProjectPatterns> {
  const found: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic) => void found.push(diagnostic);
  const sources = await readProject(dir, report);
  const own = decodeConfig(sources.config, report).patterns.map(({ pattern }) => [pattern.name, pattern] as const);
  const config = sources.config?.path;
  const [problem = null] = found.filter((one) => hasErrors([one]) && (one.span === null || one.span.file === config));
  return { patterns: { ...builtIn, ...Object.fromEntries(own) }, root: join(dir, rootOf(sources.config)), problem };
}
