import type { Expr } from "../../ir/expr.ts";
import { machineOf, type Transition } from "../../ir/machine.ts";
import type { Act, Body, Op, Repeat } from "../../ir/ops.ts";
import { unreachable } from "../../ir/unreachable.ts";
import { partsOf } from "../../ir/walk.ts";
import { calledWith, clean, isSame, join, type Source, type Taint } from "./taint.ts";

/** What a model of an op can do, through the tools that its skills unlock. */
export interface Powers {
  readonly source: Source | null;
  readonly reads: boolean;
  readonly writes: boolean;
  /** The tool, if any, that must not be reached by untrusted text. */
  readonly sink: string | null;
}

/** What is known of a block whatever it is called with. */
export interface Flow {
  readonly out: Taint;
  /** What it writes to memory. */
  readonly memory: Taint;
  readonly calls: ReadonlyMap<string, Taint>;
  /** By `agent/op`: what can reach an op that has a sink. */
  readonly sinks: ReadonlyMap<string, { readonly tool: string; readonly taint: Taint }>;
}

export const noFlow: Flow = { out: clean, memory: clean, calls: new Map(), sinks: new Map() };

export interface Known {
  readonly agent: string;
  readonly flows: ReadonlyMap<string, Flow>;
  readonly powersOf: (at: string, op: Act) => Powers;
}

interface Scope extends Known {
  readonly values: Map<string, Taint>;
  readonly waits: Set<string>;
  /** The parts of expressions that were read: a machine's are read for each of its states. */
  readonly parts: Map<Expr, readonly Expr[]>;
  readonly calls: Map<string, Taint>;
  readonly sinks: Map<string, { readonly tool: string; readonly taint: Taint }>;
  memory: Taint;
}

/** Follows values through a block. What a worker computes, and what a person has seen, is no longer untrusted. */
export function flowOf(body: Body, known: Known): Flow {
  const scope: Scope = {
    values: new Map(),
    waits: new Set(),
    parts: new Map(),
    calls: new Map(),
    sinks: new Map(),
    memory: clean,
    ...known,
  };
  const out = follow(body, scope);
  return { out, memory: scope.memory, calls: scope.calls, sinks: scope.sinks };
}

function follow(body: Body, scope: Scope): Taint {
  for (const op of body.ops) scope.values.set(op.id, taintOf(op, scope));
  return body.result.kind === "pass" ? (scope.values.get(body.result.op) ?? clean) : read(body.result.value, scope);
}

function taintOf(op: Op, scope: Scope): Taint {
  switch (op.kind) {
    case "ask":
      return join(read(op.system, scope), read(op.input, scope));
    case "act":
      return actValue(op, scope);
    case "code":
      return clean;
    case "wait":
      if (!op.deadline) scope.waits.add(op.id); // a default that stands was seen by nobody
      return clean;
    case "pure":
      return read(op.value, scope);
    case "call": {
      const input = read(op.input, scope);
      scope.calls.set(op.block, join(scope.calls.get(op.block) ?? clean, input));
      return calledWith(scope.flows.get(op.block)?.out ?? clean, input);
    }
    case "map":
      scope.values.set(loopName(op.id), read(op.over, scope));
      return follow(op.body, scope);
    case "choose":
      return [...op.cases.map(({ body }) => body), ...(op.otherwise ? [op.otherwise] : [])]
        .map((body) => follow(body, scope))
        .reduce(join, clean);
    case "repeat":
      return repeatValue(op, scope);
    default:
      return unreachable(op);
  }
}

/** A model sees its prompt, and what its tools bring in. */
function actValue(op: Act, scope: Scope): Taint {
  const at = `${scope.agent}/${op.id}`;
  const powers = scope.powersOf(at, op);
  const seen = join(read(op.system, scope), read(op.input, scope));
  const taint = join(seen, { source: powers.source, input: false, memory: powers.reads });
  if (powers.writes) scope.memory = join(scope.memory, taint);
  if (powers.sink) scope.sinks.set(at, { tool: powers.sink, taint: join(scope.sinks.get(at)?.taint ?? clean, taint) });
  return taint;
}

/** The state is followed until nothing is added: a taint has three parts, so that takes few rounds. A machine has one for each of its states. */
function repeatValue(op: Repeat, scope: Scope): Taint {
  const machine = machineOf(op);
  const bodies = new Map(machine?.states.map(({ name, body }) => [name, body]));
  const onward = onwardIn(machine?.transitions ?? []);
  const states = new Map<string, Taint>([[machine?.initial ?? "", read(op.state, scope)]]);
  let out = clean;
  const open = [...states.keys()];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    scope.values.set(loopName(op.id), states.get(name) ?? clean);
    const body = bodies.get(name);
    out = join(out, machine && body ? inState(op, { choose: machine.choose.id, body }, scope) : follow(op.body, scope));
    const next = read(op.next, scope);
    for (const to of machine ? (onward.get(name) ?? []) : [name]) {
      const before = states.get(to);
      const after = join(before ?? clean, next);
      if (before && isSame(before, after)) continue;
      states.set(to, after);
      open.push(to);
    }
  }
  return out;
}

/** The states that each state leads to. */
function onwardIn(transitions: readonly Transition[]): ReadonlyMap<string, ReadonlySet<string>> {
  const onward = new Map<string, Set<string>>();
  for (const { from, to, stops } of transitions) {
    if (stops || typeof to !== "string") continue;
    const known = onward.get(from);
    if (known) known.add(to);
    else onward.set(from, new Set([to]));
  }
  return onward;
}

/** One step of a machine: its state's case in place of the choice. */
function inState(op: Repeat, state: { readonly choose: string; readonly body: Body }, scope: Scope): Taint {
  for (const each of op.body.ops) scope.values.set(each.id, each.id === state.choose ? follow(state.body, scope) : taintOf(each, scope));
  const { result } = op.body;
  return result.kind === "pass" ? (scope.values.get(result.op) ?? clean) : read(result.value, scope);
}

/** What an expression holds. One that holds a person's answer has been seen by a person. */
function read(expr: Expr, scope: Scope): Taint {
  const parts = scope.parts.get(expr) ?? tellingParts(expr);
  scope.parts.set(expr, parts);
  if (parts.some((part) => part.kind === "outcome" && scope.waits.has(part.op))) return clean;
  return parts.map((part) => partValue(part, scope)).reduce(join, clean);
}

/** The parts of an expression that can hold something, each once: a machine's table has thousands of parts, and none or few of these. */
function tellingParts(expr: Expr): readonly Expr[] {
  const parts = new Map<string, Expr>();
  for (const part of dataIn(expr)) {
    const id = tellingId(part);
    if (id !== null && !parts.has(id)) parts.set(id, part);
  }
  return [...parts.values()];
}

function tellingId(part: Expr): string | null {
  if (part.kind === "input") return part.kind;
  if (part.kind === "state" || part.kind === "item") return `${part.kind} ${part.op}`;
  return part.kind === "outcome" ? `${part.field} ${part.op}` : null;
}

/** The parts of an expression that its value is made of; what it only looks at to choose is none. */
function* dataIn(expr: Expr): Generator<Expr> {
  yield expr;
  const chosen =
    expr.kind === "switch" ? [...expr.cases.map(({ then }) => then), expr.else] : expr.kind === "if" ? [expr.then, expr.else] : null;
  for (const part of chosen ?? partsOf(expr)) yield* dataIn(part);
}

function partValue(part: Expr, { values }: Scope): Taint {
  if (part.kind === "input") return { source: null, input: true, memory: false };
  if (part.kind === "state" || part.kind === "item") return values.get(loopName(part.op)) ?? clean;
  return part.kind === "outcome" && part.field === "value" ? (values.get(part.op) ?? clean) : clean;
}

/** What a loop hands to its body, among the values of ops: no op has such an id. */
function loopName(op: string): string {
  return `@${op}`;
}
