import { caseFor } from "./case-for.ts";
import { evaluate, truthy } from "./eval.ts";
import type { Expr } from "./expr.ts";
import type { Json } from "./json.ts";
import type { Body, Choose, Op, Repeat } from "./ops.ts";

/** What must hold for a way to be taken: a condition that holds or does not, or a value that is one of a switch's cases or none of them. */
export type Condition =
  | { readonly kind: "if"; readonly when: Expr; readonly holds: boolean }
  | { readonly kind: "case"; readonly on: Expr; readonly is: Json }
  | { readonly kind: "else"; readonly on: Expr; readonly not: readonly Json[] };

/** A way from a state. `to` is the next value of the machine's field: a state where the machine goes on, any value where it `stops`. */
export interface Transition {
  readonly from: string;
  readonly to: Json;
  readonly stops: boolean;
  readonly conditions: readonly Condition[];
}

/** A repeat seen as a state machine. */
export interface Machine {
  readonly initial: string;
  /** The op that runs the state. */
  readonly choose: Choose;
  readonly states: readonly { readonly name: string; readonly body: Body }[];
  readonly transitions: readonly Transition[];
}

/**
 * Reads a repeat as a state machine, if it is one: its body chooses by a field of the carried state, and the next value of
 * that field is one of finitely many constants. So what is known of machines holds of every pattern that makes one.
 */
export function machineOf(repeat: Repeat): Machine | null {
  const choose = repeat.body.ops.find((op): op is Choose => op.kind === "choose" && isStateField(op.on, repeat));
  if (choose?.on.kind !== "field") return null;
  const field = choose.on.name;
  const initial = fieldOf(repeat.state, field);
  const next = fieldOf(repeat.next, field);
  if (initial?.kind !== "literal" || typeof initial.value !== "string" || !next) return null;
  const states = choose.cases.map(({ is, body }) => ({ name: is, body }));
  const walks = states.map(({ name }) => ({ from: name, ends: [...endsOf(next, { repeat, state: name }, [])] }));
  if (walks.some(({ ends }) => ends.includes(null))) return null;
  const transitions = walks.flatMap(({ from, ends }) =>
    ends.flatMap((end) => (end ? [{ from, stops: stops(repeat, end.to), ...end }] : [])),
  );
  return { initial: initial.value, choose, states, transitions };
}

interface At {
  readonly repeat: Repeat;
  readonly state: string;
}

/** What an expression can come to, and under which conditions; null for what is no constant. */
type End = Pick<Transition, "to" | "conditions"> | null;

function* endsOf(expr: Expr, at: At, conditions: readonly Condition[]): Generator<End> {
  if (expr.kind === "literal") yield { to: expr.value, conditions };
  else if (expr.kind === "switch") yield* endsOfSwitch(expr, at, conditions);
  else if (expr.kind === "if") {
    yield* endsOf(expr.then, at, [...conditions, { kind: "if", when: expr.when, holds: true }]);
    yield* endsOf(expr.else, at, [...conditions, { kind: "if", when: expr.when, holds: false }]);
  } else {
    const value = behind(expr, at.repeat.body.ops);
    if (value) yield* endsOf(value, at, conditions);
    else yield null;
  }
}

function* endsOfSwitch(expr: Expr & { kind: "switch" }, at: At, conditions: readonly Condition[]): Generator<End> {
  const { on, cases } = expr;
  if (isStateField(on, at.repeat)) return yield* endsOf(caseFor(cases, at.state)?.then ?? expr.else, at, conditions);
  for (const { is, then } of cases) yield* endsOf(then, at, [...conditions, { kind: "case", on, is }]);
  yield* endsOf(expr.else, at, [...conditions, { kind: "else", on, not: cases.map(({ is }) => is) }]);
}

/** The expression behind the outcome of a `pure`. */
function behind(expr: Expr, ops: readonly Op[]): Expr | null {
  if (expr.kind !== "outcome" || expr.field !== "value") return null;
  const op = ops.find(({ id }) => id === expr.op);
  return op?.kind === "pure" ? op.value : null;
}

function stops(repeat: Repeat, next: Json): boolean {
  const none = () => null;
  return truthy(evaluate(repeat.until, { text: () => "", task: none, input: none, keys: none, loop: none, outcome: () => next }));
}

function isStateField(expr: Expr, repeat: Repeat): boolean {
  return expr.kind === "field" && expr.of.kind === "state" && expr.of.op === repeat.id;
}

function fieldOf(expr: Expr, name: string): Expr | undefined {
  return expr.kind === "object" ? expr.fields.find((field) => field.name === name)?.value : undefined;
}
