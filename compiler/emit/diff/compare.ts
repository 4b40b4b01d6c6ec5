import { structuredPatch } from "diff";
import type { Plan } from "../../ir/plan.ts";
import { describe } from "./describe.ts";
import type { Change, Described, Detail, Fact, PlanDiff } from "./types.ts";

/** How two plans differ in what a run depends on: nothing else (compiler, origins, sources) counts. In the order of subjects, names, facts. */
export function diffPlans(from: Plan, to: Plan): PlanDiff {
  const [before, after] = [byKey(describe(from)), byKey(describe(to))];
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
  const changes = keys.flatMap((key) => changed(before.get(key), after.get(key)));
  return { same: changes.length === 0, changes };
}

/** Subjects in a fixed order, then by name. */
function byKey(all: readonly Described[]): ReadonlyMap<string, Described> {
  const order = ["plan", "agent", "model", "tool", "skill", "worker"];
  return new Map(all.map((one) => [`${order.indexOf(one.subject)} ${one.name}`, one]));
}

function changed(from: Described | undefined, to: Described | undefined): readonly Change[] {
  const one = to ?? from;
  if (!one) return [];
  const base = { subject: one.subject, name: one.name, summary: one.summary };
  if (!from || !to) return [{ kind: from ? "removed" : "added", ...base, details: [] }];
  const details = detailsOf(from.facts, to.facts);
  return details.length === 0 ? [] : [{ kind: "changed", ...base, details }];
}

function detailsOf(from: ReadonlyMap<string, Fact>, to: ReadonlyMap<string, Fact>): readonly Detail[] {
  const abouts = [...new Set([...from.keys(), ...to.keys()])].filter((about) => from.get(about)?.exact !== to.get(about)?.exact);
  const isWhole = (about: string) => {
    const of = (from.get(about) ?? to.get(about))?.of ?? null;
    return of === null || (from.has(of) && to.has(of));
  };
  const told = abouts.filter(isWhole);
  const own = told.filter((about) => !(from.get(about) ?? to.get(about))?.isWiring);
  return (own.length > 0 ? own : told).map((about) => detail(about, from.get(about), to.get(about)));
}

function detail(about: string, from: Fact | undefined, to: Fact | undefined): Detail {
  const isText = (from ?? to)?.isText === true && (from === undefined || to === undefined || from.shown !== to.shown);
  const lines = isText ? linesOf(from?.shown ?? "", to?.shown ?? "") : null;
  const alike = from !== undefined && from.shown === to?.shown;
  return { about, from: from ? (alike ? from.exact : from.shown) : null, to: to ? (alike ? to.exact : to.shown) : null, lines };
}

/** The lines that differ, with two around each, as in a unified diff. */
function linesOf(from: string, to: string): readonly string[] {
  const { hunks } = structuredPatch("", "", from, to, "", "", { context: 2 });
  return hunks.flatMap((hunk) => [
    `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
    ...hunk.lines.filter((line) => !line.startsWith("\\")),
  ]);
}
