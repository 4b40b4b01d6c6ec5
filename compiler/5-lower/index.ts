import type { PatternInput } from "../../stdlib/pattern.ts";
import type { ResolvedAgent, ResolvedProject } from "../3-resolve/types.ts";
import type { Digest } from "../ir/digest.ts";
import type { Body } from "../ir/ops.ts";
import type { Block } from "../ir/plan.ts";
import type { Span } from "../ir/span.ts";
import { any, type Type, text } from "../ir/types.ts";
import { bug } from "../ir/unreachable.ts";
import { bodyOf } from "./builder.ts";
import { type Context, contextOf } from "./context.ts";
import type { LoweredProject } from "./types.ts";

/** Turns each agent into a block of ops, by the `lower` of its pattern. Reports nothing: what it gets has been checked. */
export function lower(project: ResolvedProject): LoweredProject {
  const texts = new Map<Digest, string>();
  const agents = new Map(project.agents.map((agent) => [agent.name, agent]));
  const inputOf = (name: string) => inputTypeOf(agents.get(name));
  const attempts = (name: string) => agents.get(name)?.attempts ?? 1;
  const lowered = project.agents.map((agent) => lowerAgent(agent, contextOf(project, agent, { texts, attempts }), inputOf));
  return {
    blocks: Object.fromEntries(lowered.map(({ block }) => [block.agent, block])),
    texts: Object.fromEntries(texts),
    origins: Object.fromEntries(lowered.flatMap(({ origins }) => [...origins])),
  };
}

function lowerAgent(agent: ResolvedAgent, context: Context, inputOf: PatternInput["inputOf"]) {
  const { pattern } = agent;
  const body = bodyOf(context, (build) => pattern.lower(patternInput(agent, inputOf), build));
  const { name, description, version, limits, attempts, worker } = agent;
  const types = { input: inputTypeOf(agent), output: agent.output ?? worker?.output ?? outputOf(body) };
  const block: Block = { agent: name, pattern: pattern.name, description, version, ...types, limits, attempts, body };
  const origins: readonly [string, Span][] = [
    [name, agent.span],
    ...[...context.origins].map(([id, span]): [string, Span] => [`${name}/${id}`, span]),
  ];
  return { block, origins };
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

/** What a block answers, where its ops tell: text of a model, else anything. */
function outputOf(body: Body): Type {
  const { result } = body;
  const named = result.kind === "pass" ? result.op : result.value.kind === "outcome" ? result.value.op : null;
  const op = body.ops.find(({ id }) => id === named);
  if (op?.kind === "act") return op.outputs.otherwise;
  return op?.kind === "ask" ? op.output : any;
}
