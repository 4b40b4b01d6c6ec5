import { evaluate, truthy } from "../../ir/eval.ts";
import type { Expr } from "../../ir/expr.ts";
import type { Json } from "../../ir/json.ts";
import type { Body, Choose, Op, Repeat } from "../../ir/ops.ts";
import { showExpr } from "../show-expr.ts";

/** A way from a state: `to` is a state, a marker, or null to stop. `label` is empty where it is always taken. */
export interface Transition {
  readonly from: string;
  readonly to: string | null;
  readonly label: string;
}

/** A repeat seen as a state machine. */
export interface Machine {
  readonly initial: string;
  readonly states: readonly { readonly name: string; readonly body: Body }[];
  /** Names that end the machine without running anything. */
  readonly markers: readonly string[];
  readonly transitions: readonly Transition[];
}

/**
 * Reads a repeat as a state machine, if it is one: its body chooses by a field of the carried state, and the next value of
 * that field is one of finitely many constants. What is drawn is thus what the plan does, whatever pattern it came from.
 */
export function machineOf(repeat: Repeat): Machine | null {
  const choose = repeat.body.ops.find((op): op is Choose => op.kind === "choose" && isStateField(op.on, repeat));
  if (choose?.on.kind !== "field") return null;
  const field = choose.on.name;
  const initial = fieldOf(repeat.state, field);
  const next = fieldOf(repeat.next, field);
  if (initial?.kind !== "literal" || typeof initial.value !== "string" || !next) return null;
  const states = choose.cases.map(({ is, body }) => ({ name: is, body }));
  const walks = states.map((state) => ({ state, ends: [...endsOf(next, { repeat, choose, state: state.name }, [])] }));
  if (walks.some(({ ends }) => ends.includes(null))) return null;
  const transitions = walks.flatMap(({ state, ends }) => ends.flatMap((end) => transition(repeat, state, end)));
  const named = new Set(states.map(({ name }) => name));
  const markers = [...new Set(transitions.flatMap(({ to }) => (to === null || named.has(to) ? [] : [to])))];
  return { initial: initial.value, states, markers, transitions };
}

interface At {
  readonly repeat: Repeat;
  readonly choose: Choose;
  readonly state: string;
}

/** What an expression can come to, and under which conditions; null for what is no constant. */
type End = { readonly value: Json; readonly labels: readonly string[] } | null;

function* endsOf(expr: Expr, at: At, labels: readonly string[]): Generator<End> {
  if (expr.kind === "literal") yield { value: expr.value, labels };
  else if (expr.kind === "switch") yield* endsOfSwitch(expr, at, labels);
  else if (expr.kind === "if") {
    yield* endsOf(expr.then, at, [...labels, conditionOf(expr.when, at)]);
    yield* endsOf(expr.else, at, labels);
  } else {
    const value = behind(expr, at.repeat.body.ops);
    if (value) yield* endsOf(value, at, labels);
    else yield null;
  }
}

function* endsOfSwitch(expr: Expr & { kind: "switch" }, at: At, labels: readonly string[]): Generator<End> {
  if (isStateField(expr.on, at.repeat))
    return yield* endsOf(expr.cases.find((entry) => entry.is === at.state)?.then ?? expr.else, at, labels);
  for (const entry of expr.cases) yield* endsOf(entry.then, at, [...labels, String(entry.is)]);
  yield* endsOf(expr.else, at, [...labels, "*"]);
}

/** The expression behind the outcome of a `pure`. */
function behind(expr: Expr, ops: readonly Op[]): Expr | null {
  if (expr.kind !== "outcome" || expr.field !== "value") return null;
  const op = ops.find(({ id }) => id === expr.op);
  return op?.kind === "pure" ? op.value : null;
}

function conditionOf(when: Expr, { choose }: At): string {
  if (when.kind === "outcome" && when.field === "failed") return "!error";
  return `[${showExpr(when, (op, field) => (op === choose.id ? field : `${op}.${field}`))}]`;
}

/** A state's way out. A value that neither stops nor is a state's name is a key without a route: it fails, and is not drawn. */
function transition(repeat: Repeat, state: Machine["states"][number], end: End): readonly Transition[] {
  if (!end) return [];
  const stops = truthy(evaluate(repeat.until, envOf(end.value)));
  const label = end.labels.map((word) => declared(state.body, word)).join(" ");
  if (end.value === null && stops) return [{ from: state.name, to: null, label }];
  return typeof end.value === "string" ? [{ from: state.name, to: end.value, label }] : [];
}

/** A key as its author spelled it; tables are compared in lower case. */
function declared(body: Body, word: string): string {
  const words = body.ops.flatMap((op) => (op.kind === "call" && op.keys.kind === "set" ? op.keys.words : []));
  return words.find((one) => one.toLowerCase() === word) ?? word;
}

function envOf(next: Json) {
  const none = () => null;
  return { text: () => "", task: none, input: none, keys: none, loop: none, outcome: () => next };
}

function isStateField(expr: Expr, repeat: Repeat): boolean {
  return expr.kind === "field" && expr.of.kind === "state" && expr.of.op === repeat.id;
}

function fieldOf(expr: Expr, name: string): Expr | undefined {
  return expr.kind === "object" ? expr.fields.find((field) => field.name === name)?.value : undefined;
}
