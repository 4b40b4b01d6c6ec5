import { readFileSync, statSync } from "node:fs";
import { reasonOf } from "../1-source/text.ts";
import { build, sourcesOf } from "../build.ts";
import { planUnreadable } from "../diagnostics/codes.generated.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { loadPlan } from "../diagnostics/load-plan.ts";
import type { Sources } from "../diagnostics/render/sources.ts";
import type { Plan } from "../ir/plan.ts";
import { noSources } from "./terminal.ts";

/** A plan, or why there is none. */
export interface Loaded {
  readonly plan: Plan | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: Sources;
}

/** The plan of a target: of a plan's file, which one that is not there is taken for by its name, else of the project in a folder. */
export async function load(target: string): Promise<Loaded> {
  const found = statSync(target, { throwIfNoEntry: false });
  if (found ? found.isFile() : target.endsWith(".json")) return loadFile(target);
  const built = await build(target);
  return { ...built, sources: sourcesOf(target, built.sources) };
}

/** The plan in a file. Reports `plan/unreadable` and what `loadPlan` reports. */
export function loadFile(path: string): Loaded {
  try {
    const read = loadPlan(readFileSync(path, "utf8"), path);
    return read.kind === "ok" ? loaded(read.plan, []) : loaded(null, [read.diagnostic]);
  } catch (error) {
    return loaded(null, [planUnreadable(null, { path, reason: reasonOf(error) })]);
  }
}

function loaded(plan: Plan | null, diagnostics: readonly Diagnostic[]): Loaded {
  return { plan, diagnostics, sources: noSources };
}
