import type { SourceSet } from "./1-source/types.ts";
import { parse } from "./2-parse/index.ts";
import { resolve } from "./3-resolve/index.ts";
import { check } from "./4-check/index.ts";
import { lower } from "./5-lower/index.ts";
import { makePlan } from "./6-plan/index.ts";
import { settingsOf } from "./config/severities.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import { ruled } from "./diagnostics/policy/severity.ts";
import { suppress } from "./diagnostics/policy/suppress.ts";
import { hasErrors, sortDiagnostics } from "./diagnostics/sort.ts";
import type { Plan } from "./ir/plan.ts";

/** What compiling gives: a plan, unless a finding is an error, and all findings in order. */
export interface Compiled {
  readonly plan: Plan | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Compiles sources to a plan: phase after phase, each a function of what the one before it made. No IO; never throws on user input. */
export function compile(sources: SourceSet): Compiled {
  const found: Diagnostic[] = [];
  const settings = settingsOf(sources.config);
  const report = ruled(settings, (diagnostic) => {
    found.push(diagnostic);
  });
  const parsed = parse(sources, report);
  const resolved = resolve(parsed, report);
  check(parsed, report);
  const diagnostics = sortDiagnostics(suppress(found, textsOf(sources), settings));
  if (!resolved || hasErrors(diagnostics)) return { plan: null, diagnostics };
  return { plan: makePlan(resolved, lower(resolved)), diagnostics };
}

function textsOf({ files, config }: SourceSet): readonly (readonly [string, string])[] {
  return [...files, ...(config ? [config] : [])].map(({ path, text }) => [path, text]);
}
