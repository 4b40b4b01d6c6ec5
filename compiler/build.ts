import { join } from "node:path/posix";
import { readProject, rootOf } from "./1-source/index.ts";
import type { SourceSet } from "./1-source/types.ts";
import { type Compiled, compile } from "./compile.ts";
import { settingsOf } from "./config/severities.ts";
import { decodeConfig } from "./config.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import { withSetting } from "./diagnostics/policy/severity.ts";
import type { Sources } from "./diagnostics/render/sources.ts";
import { hasErrors, sortDiagnostics } from "./diagnostics/sort.ts";
import type { Effect } from "./ir/plan.ts";

/** A project, read and compiled. */
export interface Built extends Compiled {
  readonly sources: SourceSet;
}

/** Reads a project's folder and compiles it. All findings, those of reading too, come in one list; any error means no plan. */
export async function build(dir: string): Promise<Built> {
  const found: Diagnostic[] = [];
  const sources = await readProject(dir, (diagnostic) => {
    found.push(diagnostic);
  });
  if (found.length > 0 && isEmpty(sources)) return { sources, plan: null, diagnostics: found };
  const compiled = await compile(sources);
  const settings = settingsOf(sources.config);
  const diagnostics = sortDiagnostics([...found.flatMap((one) => withSetting(one, settings) ?? []), ...compiled.diagnostics]);
  return { sources, plan: hasErrors(diagnostics) ? null : compiled.plan, diagnostics };
}

/** What the config of a project allows its agents to do; nothing where it says nothing. */
export function permissionsOf({ config }: SourceSet): readonly Effect[] {
  return decodeConfig(config, () => {}).permissions ?? [];
}

/** Where nothing was found there is nothing to compile, and one finding has said so. */
function isEmpty(sources: SourceSet): boolean {
  return sources.config === null && sources.agents.length === 0 && sources.skills.length === 0;
}

/** What renderers need of a project: texts, and paths that begin as the folder was named. */
export function sourcesOf(dir: string, sources: SourceSet): Sources {
  const texts = new Map(sources.files.map(({ path, text }) => [path, text]));
  if (sources.config) texts.set(sources.config.path, sources.config.text);
  const root = join(dir, rootOf(sources.config));
  return { text: (file) => texts.get(file) ?? null, path: (file) => join(root, file) };
}
