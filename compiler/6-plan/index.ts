import type { ResolvedProject } from "../3-resolve/types.ts";
import type { LoweredProject } from "../5-lower/types.ts";
import { sortPlan } from "../ir/decode.ts";
import { digestBytes } from "../ir/digest.ts";
import { type Plan, planFormat } from "../ir/plan.ts";
import { planDigests } from "../ir/verify.ts";
import { opsOf } from "../ir/walk.ts";
import { version } from "../version.ts";
import { costOf, type Turns } from "./cost/index.ts";
import { needsOf } from "./needs.ts";
import { placesOf } from "./places.ts";
import { planSkill, planWorker } from "./tables.ts";

/** Puts a lowered project into a plan, with only what its ops use. The same sources give the same bytes. `turns` are what its blocks cost. */
export function makePlan(project: ResolvedProject, lowered: LoweredProject, turns: ReadonlyMap<string, Turns>): Plan {
  const ops = Object.values(lowered.blocks).flatMap((block) => opsOf(block.body));
  const acts = ops.filter((op) => op.kind === "act");
  const asks = ops.filter((op) => op.kind === "ask");
  const codes = ops.filter((op) => op.kind === "code");
  const sources = project.agents.flatMap((agent) => (agent.worker ? [[agent.name, agent.worker] as const] : []));
  const skills = pick(
    project.skills,
    acts.flatMap((act) => act.skills),
  );
  const bundles = pick(
    Object.fromEntries(sources),
    codes.map((code) => code.worker),
  );
  const unlocked = Object.values(skills).flatMap((skill) => skill.tools);
  const tools = pick(project.tools, [...unlocked, ...acts.flatMap((act) => act.tools)]);
  const workers = mapValues(bundles, planWorker);
  const embedded = [
    ...Object.values(skills).map((skill) => skill.body),
    ...Object.values(bundles).map((worker) => worker.bundle),
    ...Object.values(tools).flatMap(({ bundle }) => (bundle === null ? [] : (project.bundles[bundle] ?? []))),
  ];
  const models = pick(
    project.models,
    [...asks, ...acts].map(({ model }) => model),
  );
  const { entries } = project;
  const { blocks } = lowered;
  const content = sortPlan({
    format: planFormat,
    compiler: `tamac ${version}`,
    digest: "",
    semantics: "",
    project: project.name,
    entries,
    trace: project.trace,
    guards: project.guards,
    models,
    tools,
    skills: mapValues(skills, planSkill),
    workers,
    blocks,
    needs: needsOf(project.env, tools, workers),
    limits: project.limits,
    cost: costOf(turns, { entries, blocks, workers, models }),
    texts: { ...lowered.texts, ...Object.fromEntries(embedded.map((text) => [digestBytes(text), text])) },
    origins: placesOf(lowered.origins, project.texts),
    sources: project.digests,
  });
  return { ...content, ...planDigests(content) };
}

function pick<T>(table: Readonly<Record<string, T>>, names: readonly string[]): Readonly<Record<string, T>> {
  const used = new Set(names);
  return Object.fromEntries(Object.entries(table).filter(([name]) => used.has(name)));
}

function mapValues<T, U>(table: Readonly<Record<string, T>>, change: (value: T) => U): Readonly<Record<string, U>> {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [name, change(value)]));
}
