import type { PatternInput } from "../../stdlib/pattern.ts";
import type { ResolvedAgent, ResolvedProject } from "../3-resolve/types.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { Digest } from "../ir/digest.ts";
import type { Block } from "../ir/plan.ts";
import type { Span } from "../ir/span.ts";
import { any, type Type, text } from "../ir/types.ts";
import { bug } from "../ir/unreachable.ts";
import { bodyOf } from "./builder.ts";
import { type Context, contextOf } from "./context.ts";
import { checkFlows, type Lowered } from "./flow/index.ts";
import type { LoweredProject } from "./types.ts";

/** Turns each agent into a block of ops, by the `lower` of its pattern, and checks what they hand to each other. Reports `types/*` and `expr/*`. */
export function lower(project: ResolvedProject, report: Report): LoweredProject {
  const texts = new Map<Digest, string>();
  const all = [...project.agents, ...project.unused];
  const agents = new Map(all.map((agent) => [agent.name, agent]));
  const inputOf = (name: string) => inputTypeOf(agents.get(name));
  const attempts = (name: string) => agents.get(name)?.attempts ?? 1;
  const lowerWith = (into: Map<Digest, string>) => (agent: ResolvedAgent) =>
    lowerAgent(agent, contextOf(project, agent, { texts: into, attempts }), inputOf);
  const lowered = project.agents.map(lowerWith(texts));
  const outputs = checkFlows([...lowered, ...project.unused.map(lowerWith(new Map()))], report);
  return {
    blocks: Object.fromEntries(lowered.map((one) => [one.agent.name, blockOf(one, outputs.get(one.agent.name) ?? any)])),
    texts: Object.fromEntries(texts),
    origins: Object.fromEntries(lowered.flatMap(originsOf)),
  };
}

function lowerAgent(agent: ResolvedAgent, context: Context, inputOf: PatternInput["inputOf"]): Lowered {
  const body = bodyOf(context, (build) => agent.pattern.lower(patternInput(agent, inputOf), build));
  return { agent, input: inputTypeOf(agent), body, origins: context.origins };
}

function blockOf({ agent, input, body }: Lowered, output: Type): Block {
  const { name, pattern, description, version, limits, attempts } = agent;
  return { agent: name, pattern: pattern.name, description, version, input, output, limits, attempts, body };
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
