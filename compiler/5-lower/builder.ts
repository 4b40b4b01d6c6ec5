import type { Builder, Placed, RepeatOptions, Step, StepOptions } from "../../stdlib/pattern.ts";
import { binary, builtin, type Expr, literal, type OutcomeField } from "../ir/expr.ts";
import { type Act, type Ask, type Body, type KeySet, type Op, type Outputs, openKeys, type Repeat, type Result } from "../ir/ops.ts";
import { idPart } from "../ir/path.ts";
import { text } from "../ir/types.ts";
import { bug } from "../ir/unreachable.ts";
import { type Context, claimId, embed } from "./context.ts";
import { afterBody } from "./system.ts";
import { template } from "./template.ts";

/** How long the loop of a step file's act may be where the file does not say. */
const stepTurns = 10;
const repairs = { compactions: 0, empty: 1, schema: 1 };
/** How often a model may shorten the conversation of an act whose model's window is known. That of an ask has nothing to leave out. */
const actCompactions = 2;
const callerKeys: KeySet = { kind: "set", words: [], caller: true };

/** The ops of a body that `lower` places with a builder of its own, and what the body ends with. */
export function bodyOf(context: Context, lower: (build: Builder) => Result): Body {
  const { ops, end } = placeWith(context, lower);
  return { ops, result: end };
}

function placeWith<T>(context: Context, lower: (build: Builder) => T): { readonly ops: readonly Op[]; readonly end: T } {
  const ops: Op[] = [];
  const end = lower(builderOf(context, (op) => place(ops, op)));
  return { ops, end };
}

type Place = (op: Op) => Placed;

/** What most plans are full of has its fields in the order in which plans are written: what is sorted need not be copied to be sorted. */
function builderOf(context: Context, place: Place): Builder {
  const inner = (lower: (build: Builder) => Result) => bodyOf(context, lower);
  return {
    input: { kind: "input" },
    task: { kind: "task" },
    keys: { kind: "keys" },
    callerKeys,
    endKeys: context.agent.keys ? { kind: "set", words: context.agent.keys, caller: false } : callerKeys,
    words: (words, also) => ({ kind: "set", words, caller: also === "caller" }),
    text: (strings, ...values) => template(strings.flatMap((part, index) => [part, values[index] ?? ""])),
    step: (step, input, options = {}) => place(stepOp(context, step, input, options)),
    code: (input) => place({ kind: "code", ...base(context, "code"), worker: context.agent.name, input }),
    pure: (id, value, options = {}) =>
      place({
        after: [],
        id: claimId(context, id),
        key: options.key ?? literal("done"),
        kind: "pure",
        label: literal(id),
        require: options.require ?? [],
        value,
      }),
    call: (id, agent, input, options = {}) =>
      place({
        after: [],
        attempts: context.attempts(agent),
        block: agent,
        id: claimId(context, id),
        input,
        keys: options.keys ?? openKeys,
        kind: "call",
        label: options.label ?? literal(id),
        onFailure: options.onFailure ?? "propagate",
      }),
    map: (id, over, lower, options = {}) =>
      place({
        kind: "map",
        ...base(context, id, options.label),
        over,
        body: inner((build) => lower({ kind: "item", op: id }, { kind: "index", op: id }, build)),
        max: context.maxItems,
        concurrency: null,
        onFailure: options.onFailure ?? "propagate",
      }),
    repeat: (id, options, lower) => place(repeatOp(context, id, options, lower)),
    choose: (id, on, cases, otherwise) =>
      place({
        kind: "choose",
        ...base(context, id),
        on,
        cases: cases.map((entry) => ({ is: entry.is, body: inner(entry.body) })),
        otherwise: otherwise ? inner(otherwise) : null,
      }),
    wait: (id, options) => place({ kind: "wait", ...base(context, id), ...options, deadline: options.deadline ?? null }),
    memberId: (list, name) => memberId(context, list, name),
    pass: (op) => ({ kind: "pass", op: op.id }),
    exit: (key, value) => ({ key: typeof key === "string" ? literal(key) : key, kind: "outcome", value }),
    satisfied,
  };
}

function place(ops: Op[], op: Op): Placed {
  ops.push(op);
  const outcome = (field: OutcomeField): Expr => ({ field, kind: "outcome", op: op.id });
  return { id: op.id, key: outcome("key"), value: outcome("value"), failed: outcome("failed") };
}

function base(context: Context, id: string, label: Expr = literal(id)): Pick<Op, "id" | "label" | "after"> {
  return { id: claimId(context, id), label, after: [] };
}

function stepOp(context: Context, step: Step, input: Expr, options: StepOptions): Ask | Act {
  const source = context.prompts.get(step);
  if (!source?.model) throw bug(`${context.agent.name} has no prompt ${step.name} with a model`);
  const own = source === context.agent.body;
  const id = claimId(context, options.id ?? idPart(step.name), source.span);
  const after = afterBody(source, context.project.skills);
  const system = source.template ? template([...source.template, after]) : embed(context, source.body + after);
  const outputs: Outputs = { byKey: options.outputs ?? {}, otherwise: options.output ?? text };
  const ask: Ask = {
    after: [],
    id,
    input,
    kind: "ask",
    label: options.label ?? literal(id),
    model: source.model,
    output: outputs.otherwise,
    repairs,
    sample: options.sample ?? null,
    span: options.span ?? (source.kind === "act" && !own ? "own" : "none"),
    system: options.prefix ? template([options.prefix, system]) : system,
  };
  if (source.kind === "ask") return ask;
  const { output: _, ...common } = ask;
  const maxTurns = options.maxTurns ?? source.maxTurns ?? stepTurns;
  const window = context.project.models[source.model]?.contextTokens ?? null;
  const mayCompact = { ...repairs, compactions: window === null ? 0 : actCompactions };
  return {
    keys: options.keys ?? openKeys,
    outputs,
    skills: source.skills,
    tools: [],
    maxTurns,
    ...common,
    kind: "act",
    repairs: mayCompact,
  };
}

function repeatOp(context: Context, id: string, options: RepeatOptions, lower: Parameters<Builder["repeat"]>[2]): Repeat {
  const placed = base(context, id, options.label);
  const { ops, end } = placeWith(context, (build) => lower({ state: { kind: "state", op: id }, index: { kind: "index", op: id } }, build));
  const { state, max = context.maxItems, times = null, onExhausted } = options;
  return {
    kind: "repeat",
    ...placed,
    state,
    times,
    max,
    body: { ops, result: end.result },
    until: end.until,
    next: end.next,
    onExhausted,
    exhausted: options.exhausted ?? literal(`${id} was repeated ${max} times without an end`),
  };
}

function memberId(context: Context, list: string, name: string): string {
  const id = `${list}/${idPart(name)}`;
  const uses = (context.members.get(id) ?? 0) + 1;
  context.members.set(id, uses);
  return uses === 1 ? id : `${id}~${uses}`;
}

function satisfied(step: Step, placed: Placed): Expr {
  if (step.kind === "act") return binary(builtin("lower", placed.key), "==", literal("done"));
  return builtin("starts-with", builtin("upper", builtin("trim", placed.value)), literal("DONE"));
}
