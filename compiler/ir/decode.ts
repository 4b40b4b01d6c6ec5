import * as C from "./codec.ts";
import type { Expr, ObjectField, SwitchCase } from "./expr.ts";
import { hostName, variableName } from "./granted-names.ts";
import type { Json, JsonObject } from "./json.ts";
import { deeperThan, isObject, maxDepth, sortForGood } from "./json.ts";
import type * as O from "./ops.ts";
import * as P from "./plan.ts";
import type { Type } from "./types.ts";

export type Decoded<T> =
  | { readonly kind: "ok"; readonly value: T }
  | { readonly kind: "problems"; readonly problems: readonly C.Problem[] };

/** Reads parsed JSON as a plan. Total: any data gives a plan or a list of problems. Digests and references are checked by `verify`. */
export function decodePlan(value: unknown): Decoded<P.Plan> {
  if (isObject(value) && value["format"] !== P.planFormat) return { kind: "problems", problems: [foreignFormat(value["format"])] };
  if (deeperThan(value, maxDepth)) return { kind: "problems", problems: [{ at: "", message: `nested deeper than ${maxDepth}` }] };
  return decodeWith(plan, value);
}

/** Reads data with any codec. */
export function decodeWith<T>(codec: C.Codec<T>, value: unknown): Decoded<T> {
  const problems: C.Problem[] = [];
  const decoded = codec.decode(value, "", problems);
  return decoded === undefined || problems.length > 0 ? { kind: "problems", problems } : { kind: "ok", value: decoded };
}

function foreignFormat(format: unknown): C.Problem {
  const other = typeof format === "string" && /^tama\.plan\/\d+$/.test(format);
  return {
    at: "/format",
    message: other ? `this plan has format ${format}; this tama reads ${P.planFormat}` : `not a plan: its format is not ${P.planFormat}`,
  };
}

/** Reads a type. */
export const type: C.Codec<Type> = C.lazy("type", () =>
  C.unionOf<Type>({
    text: simple("text"),
    int: simple("int"),
    number: simple("number"),
    bool: simple("bool"),
    null: simple("null"),
    any: simple("any"),
    failure: simple("failure"),
    literal: C.objectOf({ kind: C.oneOf("literal"), value: C.string }),
    list: C.objectOf({ kind: C.oneOf("list"), item: type }),
    object: C.objectOf({ kind: C.oneOf("object"), fields: C.recordOf(type), optional: C.listOf(C.string) }),
    union: C.objectOf({ kind: C.oneOf("union"), members: C.listOf(type) }),
  }),
);

type SimpleType = "text" | "int" | "number" | "bool" | "null" | "any" | "failure";
// unionOf asks for one codec per kind, while the simple kinds share one member of the union.
function simple(kind: SimpleType): C.Codec<never> {
  return C.objectOf({ kind: C.oneOf(kind) }) as unknown as C.Codec<never>;
}

const objectField: C.Codec<ObjectField> = C.lazy("objectField", () =>
  C.objectOf<ObjectField>({ name: C.string, value: expr, when: C.nullable(expr) }),
);
const switchCase: C.Codec<SwitchCase> = C.lazy("switchCase", () => C.objectOf<SwitchCase>({ is: C.json, then: expr }));

const expr: C.Codec<Expr> = C.lazy("expr", () => expressions);
const expressions: C.Codec<Expr> = C.unionOf<Expr>({
  literal: C.objectOf({ kind: C.oneOf("literal"), value: C.json }),
  text: C.objectOf({ kind: C.oneOf("text"), text: C.string }),
  task: bare("task"),
  input: bare("input"),
  keys: bare("keys"),
  state: looped("state"),
  index: looped("index"),
  item: looped("item"),
  outcome: C.objectOf({ kind: C.oneOf("outcome"), op: C.string, field: C.oneOf("key", "value", "failed") }),
  local: C.objectOf({ kind: C.oneOf("local"), name: C.string }),
  field: C.objectOf({ kind: C.oneOf("field"), of: expr, name: C.string }),
  at: C.objectOf({ kind: C.oneOf("at"), of: expr, index: expr }),
  list: C.objectOf({ kind: C.oneOf("list"), items: C.listOf(expr) }),
  object: C.objectOf({ kind: C.oneOf("object"), fields: C.listOf(objectField) }),
  template: C.objectOf({ kind: C.oneOf("template"), parts: C.listOf(expr) }),
  if: C.objectOf({ kind: C.oneOf("if"), when: expr, then: expr, else: expr }),
  switch: C.objectOf({ kind: C.oneOf("switch"), on: expr, cases: C.listOf(switchCase), else: expr }),
  each: C.objectOf({ kind: C.oneOf("each"), over: expr, item: C.string, position: C.string, yield: expr }),
  unary: C.objectOf({ kind: C.oneOf("unary"), operator: C.oneOf("not", "-"), operand: expr }),
  binary: C.objectOf({
    kind: C.oneOf("binary"),
    operator: C.oneOf("and", "or", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "in"),
    left: expr,
    right: expr,
  }),
  builtin: C.objectOf({ kind: C.oneOf("builtin"), name: C.string, args: C.listOf(expr) }),
});

function bare(kind: "task" | "input" | "keys"): C.Codec<never> {
  return C.objectOf({ kind: C.oneOf(kind) }) as unknown as C.Codec<never>; // as for simple types
}

function looped(kind: "state" | "index" | "item"): C.Codec<never> {
  return C.objectOf({ kind: C.oneOf(kind), op: C.string }) as unknown as C.Codec<never>; // as for simple types
}

const keySet: C.Codec<O.KeySet> = C.unionOf<O.KeySet>({
  open: C.objectOf({ kind: C.oneOf("open") }),
  set: C.objectOf({ kind: C.oneOf("set"), words: C.listOf(C.string), caller: C.boolean }),
});

const outputs: C.Codec<O.Outputs> = C.objectOf<O.Outputs>({ byKey: C.recordOf(type), otherwise: type });
const base = { id: C.string, label: expr, after: C.listOf(C.string) };
const modelOp = {
  ...base,
  model: C.string,
  system: expr,
  input: expr,
  sample: C.nullable(expr),
  span: C.oneOf("own", "none"),
  repairs: C.objectOf<O.Ask["repairs"]>({ schema: C.count, empty: C.count, compactions: C.count }),
};
const onFailure = C.oneOf("propagate", "value");

const op: C.Codec<O.Op> = C.lazy("op", () => ops);
/** Reads a body. */
export const body: C.Codec<O.Body> = C.lazy("body", () => C.objectOf<O.Body>({ ops: C.listOf(op), result }));
const result: C.Codec<O.Result> = C.unionOf<O.Result>({
  pass: C.objectOf({ kind: C.oneOf("pass"), op: C.string }),
  outcome: C.objectOf({ kind: C.oneOf("outcome"), key: expr, value: expr }),
});
const requirement: C.Codec<O.Requirement> = C.objectOf<O.Requirement>({
  holds: expr,
  code: C.oneOf("no-route", "all-failed", "require"),
  message: expr,
});

const ops: C.Codec<O.Op> = C.unionOf<O.Op>({
  ask: C.objectOf<O.Ask>({ kind: C.oneOf("ask"), ...modelOp, output: type }),
  act: C.objectOf<O.Act>({
    kind: C.oneOf("act"),
    ...modelOp,
    keys: keySet,
    outputs,
    skills: C.listOf(C.string),
    tools: C.listOf(C.string),
    maxTurns: C.count,
  }),
  code: C.objectOf<O.Code>({ kind: C.oneOf("code"), ...base, worker: C.string, input: expr }),
  pure: C.objectOf<O.Pure>({ kind: C.oneOf("pure"), ...base, key: expr, value: expr, require: C.listOf(requirement) }),
  call: C.objectOf<O.Call>({ kind: C.oneOf("call"), ...base, block: C.string, input: expr, keys: keySet, onFailure, attempts: C.count }),
  map: C.objectOf<O.MapOp>({ kind: C.oneOf("map"), ...base, over: expr, body, max: C.count, concurrency: C.nullable(C.count), onFailure }),
  repeat: C.objectOf<O.Repeat>({
    kind: C.oneOf("repeat"),
    ...base,
    state: expr,
    times: C.nullable(expr),
    max: C.count,
    body,
    until: expr,
    next: expr,
    onExhausted: C.oneOf("fail", "last"),
    exhausted: expr,
  }),
  choose: C.objectOf<O.Choose>({
    kind: C.oneOf("choose"),
    ...base,
    on: expr,
    cases: C.listOf(C.objectOf<O.Choose["cases"][number]>({ is: C.string, body })),
    otherwise: C.nullable(body),
  }),
  wait: C.objectOf<O.Wait>({
    kind: C.oneOf("wait"),
    ...base,
    channel: expr,
    question: expr,
    answer: type,
    deadline: C.nullable(C.objectOf({ afterMs: C.count, default: expr })),
  }),
});

const jsonObject = C.codec("an object", (value): value is JsonObject => isObject(value), { type: "object" });
const limits: C.Codec<P.Limits> = C.objectOf<P.Limits>({
  calls: C.nullable(C.count),
  tokens: C.nullable(C.count),
  wallMs: C.nullable(C.count),
  usd: C.nullable(C.number),
  items: C.nullable(C.count),
  concurrency: C.nullable(C.count),
});
const interval: C.Codec<P.Interval> = C.objectOf<P.Interval>({ min: C.number, max: C.number });
const cost: C.Codec<P.Cost> = C.unionOf<P.Cost>({
  unknown: C.objectOf({ kind: C.oneOf("unknown") }),
  bounded: C.objectOf({
    kind: C.oneOf("bounded"),
    turns: interval,
    agents: C.recordOf(interval),
    tokens: C.nullable(interval),
    usd: C.nullable(interval),
  }),
});
const model: C.Codec<P.PlanModel> = C.objectOf<P.PlanModel>({
  role: C.string,
  provider: C.string,
  name: C.string,
  temperature: C.nullable(C.number),
  maxTokens: C.nullable(C.count),
  seed: C.nullable(C.number),
  baseUrl: C.nullable(C.string),
  contextTokens: C.nullable(C.count),
  price: C.nullable(C.objectOf<P.Price>({ input: C.number, cached: C.number, output: C.number })),
});
const effect = C.oneOf(...P.effects);
const host = C.matching("a host", hostName);
const variable = C.matching("the name of a variable", variableName);
const tool: C.Codec<P.PlanTool> = C.objectOf<P.PlanTool>({
  description: C.string,
  parameters: jsonObject,
  effects: C.listOf(effect),
  undo: C.oneOf("undo", "idempotent", "irreversible"),
  fingerprint: C.string,
  bundle: C.nullable(C.string),
  timeoutMs: C.nullable(C.count),
});
const skill: C.Codec<P.PlanSkill> = C.objectOf<P.PlanSkill>({ description: C.string, body: C.string, tools: C.listOf(C.string) });
const worker: C.Codec<P.PlanWorker> = C.objectOf<P.PlanWorker>({
  bundle: C.string,
  capability: C.string,
  input: type,
  output: type,
  keys: C.listOf(C.string),
  reads: C.listOf(C.string),
  timeoutMs: C.count,
});
const block: C.Codec<P.Block> = C.objectOf<P.Block>({
  agent: C.string,
  pattern: C.string,
  description: C.string,
  version: C.string,
  input: type,
  output: type,
  effects: C.listOf(effect),
  limits,
  attempts: C.count,
  body,
});

const plan: C.Codec<P.Plan> = C.objectOf<P.Plan>({
  format: C.oneOf(P.planFormat),
  compiler: C.string,
  digest: C.string,
  semantics: C.string,
  project: C.string,
  entries: C.objectOf<P.Plan["entries"]>({ default: C.string, names: C.listOf(C.string) }),
  trace: C.objectOf<P.Plan["trace"]>({ texts: C.oneOf("full", "hash") }),
  guards: C.objectOf<P.LoopGuards>({ warn: C.count, block: C.count, skip: C.count }),
  models: C.recordOf(model),
  tools: C.recordOf(tool),
  skills: C.recordOf(skill),
  workers: C.recordOf(worker),
  blocks: C.recordOf(block),
  needs: C.objectOf<P.Plan["needs"]>({ effects: C.listOf(effect), hosts: C.listOf(host), env: C.listOf(variable) }),
  limits,
  cost,
  texts: C.recordOf(C.string),
  origins: C.recordOf(C.objectOf<P.Origin>({ file: C.string, line: C.count, column: C.count })),
  sources: C.recordOf(C.string),
});

/** The JSON Schema of `plan.json`. */
export function planSchema(): JsonObject {
  return { title: `A pipeline compiled by tamac, format ${P.planFormat}`, ...C.schemaOf(plan) };
}

/** A plan as plain JSON. */
export function encodePlan(value: P.Plan): Json {
  return value as unknown as Json; // a Plan is JSON by construction; its optional-free interfaces lack index signatures
}

/** A plan with its keys in the order in which it is hashed and written, so that neither has to sort them. */
export function sortPlan(value: P.Plan): P.Plan {
  return sortForGood(encodePlan(value)) as unknown as P.Plan; // a copy, of the same shape
}
