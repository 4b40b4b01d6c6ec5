import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rootOf } from "../1-source/index.ts";
import { reasonOf } from "../1-source/text.ts";
import { build, sourcesOf } from "../build.ts";
import { baselineStale, baselineUnreadable, cliNoBaseline, cliTooManyWarnings } from "../diagnostics/codes.generated.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { baselineOf, readBaseline, withoutKnown } from "../diagnostics/policy/baseline.ts";
import { strictly } from "../diagnostics/policy/severity.ts";
import type { Sources } from "../diagnostics/render/sources.ts";
import { hasErrors } from "../diagnostics/sort.ts";
import type { Plan } from "../ir/plan.ts";
import { writeWhole } from "./write.ts";

/** How strictly a command takes findings. */
export interface Gate {
  /** Warnings are errors. */
  readonly strict?: boolean;
  readonly maxWarnings?: number;
  /** A file of known findings, which are not told. */
  readonly baseline?: string;
  /** Makes that file of what is found now. */
  readonly writeBaseline?: boolean;
}

/** A project as a command sees it. */
export interface Judged {
  readonly plan: Plan | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: Sources;
  /** The folder of agents and skills. */
  readonly root: string;
  /** Every file that was read, as a path from there. */
  readonly inputs: readonly string[];
}

/** Builds a project and takes its findings as strictly as asked: any error means no plan. */
export async function buildJudged(dir: string, gate: Gate): Promise<Judged> {
  const built = await build(dir);
  const sources = sourcesOf(dir, built.sources);
  const fresh = known(built.diagnostics, gate, sources);
  const weighed = gate.strict ? strictly(fresh) : fresh;
  const diagnostics = [...weighed, ...tooMany(weighed, gate)];
  const root = join(dir, rootOf(built.sources.config));
  return { plan: hasErrors(diagnostics) ? null : built.plan, diagnostics, sources, root, inputs: Object.keys(built.sources.digests) };
}

/** What the baseline does not know. A new one is written first. */
function known(diagnostics: readonly Diagnostic[], { baseline: path, writeBaseline }: Gate, sources: Sources): readonly Diagnostic[] {
  if (path === undefined) return writeBaseline ? [...diagnostics, cliNoBaseline(null)] : diagnostics;
  const failed = writeBaseline ? writeWhole(path, baselineOf(diagnostics, sources)) : null;
  if (failed) return [...diagnostics, failed];
  const baseline = read(path);
  if (typeof baseline === "string") return [...diagnostics, baselineUnreadable(null, { path, reason: baseline })];
  const { fresh, stale } = withoutKnown(diagnostics, baseline, sources);
  return stale > 0 ? [...fresh, baselineStale(null, { path, count: stale })] : fresh;
}

function read(path: string): ReturnType<typeof readBaseline> {
  try {
    return readBaseline(readFileSync(path, "utf8"));
  } catch (error) {
    return reasonOf(error);
  }
}

/** A new warning is none too few where the known ones have a file of their own. */
function tooMany(diagnostics: readonly Diagnostic[], { baseline, maxWarnings }: Gate): readonly Diagnostic[] {
  const max = maxWarnings ?? (baseline === undefined ? Number.POSITIVE_INFINITY : 0);
  const count = diagnostics.filter(({ severity }) => severity === "warning").length;
  return count > max ? [cliTooManyWarnings(null, { count, max })] : [];
}
