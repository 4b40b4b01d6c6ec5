import type { ResolvedAgent } from "../../3-resolve/types.ts";
import { bottomUp } from "../../graph.ts";
import type { Body, Call } from "../../ir/ops.ts";
import type { Span } from "../../ir/span.ts";
import type { Type } from "../../ir/types.ts";
import { withinBounds } from "./extent.ts";
import { type Flow, flow, idOf, type Outcome, type Variant } from "./outcome.ts";
import { runBody } from "./run.ts";

/** An agent that has been lowered, the type of its block's input, and where its ops come from, by id. */
export interface Lowered {
  readonly agent: ResolvedAgent;
  readonly input: Type;
  readonly body: Body;
  readonly origins: ReadonlyMap<string, Span>;
}

/** What a call is given, each value apart that comes from elsewhere by what is known of it, and how it ends. */
export interface Given {
  readonly callee: string;
  readonly inputs: ReadonlyMap<string, Flow>;
  readonly outcome: Outcome;
}

/** What is found out of a project by running its blocks in types. */
export interface Flows {
  readonly agents: ReadonlyMap<string, Lowered>;
  /** How each agent's block ends, whatever it declares. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** By agent, then by op. */
  readonly given: ReadonlyMap<string, ReadonlyMap<string, Given>>;
}

const fromInput: ReadonlySet<string> = new Set(["input"]);
const nothingKnown = { outcomes: new Map(), narrowed: () => undefined, loops: new Map(), locals: {} } as const;

/** Runs each block once in types, callees before callers. Null where agents call each other in a circle, which has been told. */
export function follow(lowered: readonly Lowered[]): Flows | null {
  const agents = new Map(lowered.map((one) => [one.agent.name, one]));
  const ordered = calleesFirst(agents);
  if (!ordered) return null;
  const outcomes = new Map<string, Outcome>();
  const given = new Map<string, ReadonlyMap<string, Given>>();
  for (const one of ordered) {
    const calls = new Map<string, Given>();
    const around = {
      worker: one.agent.worker,
      blocks: (name: string) => asDeclared(agents.get(name)?.agent, outcomes.get(name)),
      given: (op: Call, input: Flow, outcome: Outcome) => note(calls, op, input, outcome),
    };
    const outcome = runBody(one.body, { ...nothingKnown, input: flow(one.input, fromInput) }, around);
    outcomes.set(one.agent.name, outcome.map(withBoundedValue));
    given.set(one.agent.name, calls);
  }
  return { agents, outcomes, given };
}

function calleesFirst(agents: ReadonlyMap<string, Lowered>): readonly Lowered[] | null {
  const names = bottomUp(new Map([...agents].map(([name, { agent }]) => [name, agent.calls])));
  return names.size < agents.size ? null : [...names].flatMap((name) => agents.get(name) ?? []);
}

/** A value of fan-outs in fan-outs nests with them, past what a plan can hold. */
function withBoundedValue(variant: Variant): Variant {
  return { ...variant, value: flow(withinBounds(variant.value.type), variant.value.from) };
}

/** What callers find: the declared type, which a run holds every value to. */
function asDeclared(agent: ResolvedAgent | undefined, outcome: Outcome | undefined): Outcome | undefined {
  const output = agent?.output;
  return output ? outcome?.map((variant) => ({ ...variant, value: { ...variant.value, type: output } })) : outcome;
}

function note(calls: Map<string, Given>, op: Call, input: Flow, outcome: Outcome): void {
  const known = calls.get(op.id)?.inputs ?? new Map<string, Flow>();
  const id = idOf(input);
  calls.set(op.id, { callee: op.block, inputs: known.has(id) ? known : new Map(known).set(id, input), outcome });
}
