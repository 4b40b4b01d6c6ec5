import type { PatternInput } from "../../stdlib/pattern.ts";
import type { ResolvedAgent, ResolvedProject } from "../3-resolve/types.ts";
import { lowerBadPattern, lowerBadPatternNotes } from "../diagnostics/codes.generated.ts";
import type { Diagnostic, Report } from "../diagnostics/diagnostic.ts";
import type { Digest } from "../ir/digest.ts";
import type { Block, Effect } from "../ir/plan.ts";
import type { Span } from "../ir/span.ts";
import { any, type Type, text } from "../ir/types.ts";
import { bug } from "../ir/unreachable.ts";
import { verifyBlock } from "../ir/verify-block.ts";
import { bodyOf } from "./builder.ts";
import { type Context, contextOf } from "./context.ts";
import { effectsOf } from "./effects.ts";
import { checkFlows, type Lowered } from "./flow/index.ts";
import { placeOwn } from "./own-pattern.ts";
import type { LoweredProject } from "./types.ts";

/**
 * Turns each agent into a block of ops, by the `lower` of its pattern, and checks what they hand to each other. Null where a pattern of
 * the project's own cannot, or where agents call each other in a circle. Reports `lower/bad-pattern`, `types/*` and `expr/*`.
 */
export function lower(project: ResolvedProject, report: Report): LoweredProject | null {
  const texts = new Map<Digest, string>();
  const all = [...project.agents, ...project.unused];
  const agents = new Map(all.map((agent) => [agent.name, agent]));
  const inputOf = (name: string) => inputTypeOf(agents.get(name));
  const attempts = (name: string) => agents.get(name)?.attempts ?? 1;
  const lowerWith = (into: Map<Digest, string>) => (agent: ResolvedAgent) =>
    lowerAgent(agent, () => contextOf(project, agent, { texts: into, attempts }), inputOf);
  const unusedTexts = new Map<Digest, string>();
  const [lowered, unused] = [project.agents.map(lowerWith(texts)), project.unused.map(lowerWith(unusedTexts))];
  const problems = problemsIn(project, [...lowered, ...unused], new Map([...texts, ...unusedTexts]));
  for (const problem of problems) report(problem);
  if (problems.length > 0) return null;
  const outputs = checkFlows([...lowered, ...unused], report);
  if (!outputs) return null;
  const effects = effectsOf(project, lowered);
  const block = (one: Lowered) => blockOf(one, outputs.get(one.agent.name) ?? any, effects.get(one.agent.name) ?? []);
  return {
    blocks: Object.fromEntries(lowered.map((one) => [one.agent.name, block(one)])),
    texts: Object.fromEntries(texts),
    origins: new Map(lowered.flatMap(originsOf)),
  };
}

/** Code that is not ours is run with care, and twice: where it fails, the body is empty and `problem` says why. */
function lowerAgent(agent: ResolvedAgent, open: () => Context, inputOf: PatternInput["inputOf"]): Placed {
  const given = patternInput(agent, inputOf);
  const input = inputTypeOf(agent);
  let context = open();
  const place = () => bodyOf(context, (build) => agent.pattern.lower(given, build));
  const placeAnew = () => {
    context = open();
    return place();
  };
  const placed = agent.patternSpan ? placeOwn(agent, placeAnew) : { body: place(), problem: null };
  return { agent, input, ...placed, origins: context.origins };
}

/** What is wrong with what patterns of the project's own placed: one finding for each agent. */
function problemsIn(project: ResolvedProject, all: readonly Placed[], texts: ReadonlyMap<Digest, string>): readonly Diagnostic[] {
  if (all.every(({ agent }) => agent.patternSpan === null)) return [];
  const workers = Object.fromEntries(all.flatMap(({ agent }) => (agent.worker ? [[agent.name, agent.worker]] : [])));
  const blocks = Object.fromEntries(all.map((one) => [one.agent.name, blockOf(one, any, [])]));
  const known = { ...namedBy(all), tools: project.tools, workers, texts: Object.fromEntries(texts), blocks };
  return all.flatMap(({ agent, problem }) => {
    const { name, pattern, patternSpan, span } = agent;
    if (!patternSpan) return [];
    const wrong = problem ?? verifyBlock(known, name)[0]?.message ?? null;
    const related = [lowerBadPatternNotes.agent(span)];
    return wrong === null ? [] : [lowerBadPattern(patternSpan, { pattern: pattern.name, agent: name, problem: wrong }, related)];
  });
}

/** The models and skills of all agents: those of the project are only what an entry reaches. */
function namedBy(all: readonly Placed[]) {
  const prompts = all.flatMap(({ agent }) => [agent.body, ...Object.values(agent.steps)]);
  const tableOf = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, true]));
  return { models: tableOf(prompts.flatMap(({ model }) => model ?? [])), skills: tableOf(prompts.flatMap(({ skills }) => skills)) };
}

interface Placed extends Lowered {
  readonly problem: string | null;
}

function blockOf({ agent, input, body }: Lowered, output: Type, effects: readonly Effect[]): Block {
  const { name, pattern, description, version, limits, attempts } = agent;
  return { agent: name, attempts, body, description, effects, input, limits, output, pattern: pattern.name, version };
}

function originsOf({ agent, origins }: Lowered): readonly (readonly [string, Span])[] {
  return [[agent.name, agent.span], ...[...origins].map(([id, span]) => [`${agent.name}/${id}`, span] as const)];
}

function patternInput(agent: ResolvedAgent, inputOf: PatternInput["inputOf"]): PatternInput {
  const { pattern } = agent;
  const onError = agent.onError ?? pattern.onError;
  return {
    name: agent.name,
    body: agent.body,
    steps: (name) => agent.steps[name] ?? missing(agent, name),
    fields: agent.fields,
    maxIter: agent.maxIter ?? pattern.maxIter ?? 0,
    onFailure: onError === "collect" ? "value" : "propagate",
    output: agent.output ?? text,
    keys: agent.keys,
    inputOf,
  };
}

/** The type that an agent declares for its input, itself or in its worker. */
function inputTypeOf(agent: ResolvedAgent | undefined): Type {
  return agent?.input ?? agent?.worker?.input ?? text;
}

function missing(agent: ResolvedAgent, name: string): never {
  throw bug(`${agent.name} has no step ${name}`);
}
