import type { SourceSet } from "./1-source/types.ts";
import { hasExpressions } from "./2-parse/has-expressions.ts";
import { parse } from "./2-parse/index.ts";
import type { ParsedProject } from "./2-parse/types.ts";
import type { FullYaml } from "./2-parse/yaml.ts";
import { resolve } from "./3-resolve/index.ts";
import { check } from "./4-check/index.ts";
import { lower } from "./5-lower/index.ts";
import { makePlan } from "./6-plan/index.ts";
import { prove } from "./6-plan/prove.ts";
import { settingsOf } from "./config/severities.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import { ruled } from "./diagnostics/policy/severity.ts";
import { suppress } from "./diagnostics/policy/suppress.ts";
import { hasErrors, sortDiagnostics } from "./diagnostics/sort.ts";
import { type Watch, watch } from "./diagnostics/watch.ts";
import type { Reader } from "./expr/types.ts";
import type { Plan } from "./ir/plan.ts";

/** What compiling gives: a plan, unless a finding is an error, and all findings in order. */
export interface Compiled {
  readonly plan: Plan | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Compiles sources to a plan. No IO; never throws on user input. What reads expressions, and YAML that is not simple, is loaded only where there is some. */
export async function compile(sources: SourceSet): Promise<Compiled> {
  const begun = await beginLightly(sources);
  return finish(begun, hasExpressions(begun.parsed) ? (await import("./expr/reader.ts")).reader : null);
}

/** As `compile`, for one who has loaded the reader of expressions, which is needed where there are some, and that of YAML. */
export function compileWith(sources: SourceSet, { reader, yaml }: { readonly reader: Reader | null; readonly yaml: FullYaml }): Compiled {
  return finish(begin(sources, yaml), reader);
}

/** Begins without the library for YAML, and anew with it where it is missed. */
async function beginLightly(sources: SourceSet): Promise<Begun> {
  let misses = false;
  const begun = begin(sources, () => {
    misses = true;
    return null;
  });
  return misses ? begin(sources, (await import("./2-parse/full-yaml.ts")).readFullYaml) : begun;
}

interface Begun {
  readonly sources: SourceSet;
  readonly parsed: ParsedProject;
  readonly found: Diagnostic[];
  readonly watched: Watch;
}

function begin(sources: SourceSet, yaml: FullYaml): Begun {
  const found: Diagnostic[] = [];
  const watched = watch(ruled(settingsOf(sources.config), (diagnostic) => found.push(diagnostic)));
  return { sources, parsed: parse(sources, yaml, watched.report), found, watched };
}

/** Phase after phase, each a function of what the one before it made. */
function finish({ sources, parsed, found, watched }: Begun, reader: Reader | null): Compiled {
  const { report } = watched;
  const resolved = resolve(parsed, reader, report);
  const endings = check(parsed, report);
  const lowered = resolved && lower(resolved, report);
  const turns = resolved && lowered && prove({ config: parsed.config, project: resolved, lowered, endings }, report);
  const isWhole = !parsed.config.broken && Object.values(parsed.unread).every((paths) => paths.length === 0);
  const diagnostics = sortDiagnostics(suppress(found, { texts: textsOf(sources), settings: settingsOf(sources.config), isWhole }));
  return { plan: turns && !hasErrors(diagnostics) ? makePlan(resolved, lowered, turns) : null, diagnostics };
}

function textsOf({ files, config }: SourceSet): readonly (readonly [string, string])[] {
  return [...files, ...(config ? [config] : [])].map(({ path, text }) => [path, text]);
}
