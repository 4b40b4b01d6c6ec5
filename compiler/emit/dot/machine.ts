import type { Expr } from "../../ir/expr.ts";
import * as ir from "../../ir/machine.ts";
import type { Body, Repeat } from "../../ir/ops.ts";
import { showExpr } from "../show-expr.ts";

/** A way from a state: `to` is a state, a marker, or null to stop. `label` is empty where it is always taken. */
export interface Transition {
  readonly from: string;
  readonly to: string | null;
  readonly label: string;
}

/** A repeat seen as a state machine, with its keys as people wrote them. */
export interface Machine {
  readonly initial: string;
  readonly states: readonly { readonly name: string; readonly body: Body }[];
  /** Names that end the machine without running anything. */
  readonly markers: readonly string[];
  readonly transitions: readonly Transition[];
}

/** Reads a repeat as a state machine, if it is one: what is drawn is what the plan does, whatever pattern it came from. */
export function machineOf(repeat: Repeat): Machine | null {
  const machine = ir.machineOf(repeat);
  if (!machine) return null;
  const { initial, states } = machine;
  const bodies = new Map(states.map(({ name, body }) => [name, body]));
  const transitions = machine.transitions.flatMap((way) => transition(machine, way, bodies.get(way.from)));
  const markers = new Set(transitions.flatMap(({ to }) => (to === null || bodies.has(to) ? [] : [to])));
  return { initial, states, markers: [...markers], transitions };
}

/** A way as it is drawn. A value that neither stops nor is a state's name is a key without a route: it fails, and is not drawn. */
function transition(machine: ir.Machine, { from, to, stops, conditions }: ir.Transition, body: Body | undefined): readonly Transition[] {
  const words = conditions.flatMap((condition) => labelOf(condition, machine));
  const label = words.map((word) => declared(body, word)).join(" ");
  if (to === null && stops) return [{ from, to: null, label }];
  return typeof to === "string" ? [{ from, to, label }] : [];
}

function labelOf(condition: ir.Condition, { choose }: ir.Machine): readonly string[] {
  if (condition.kind === "case") return [String(condition.is)];
  if (condition.kind === "else") return ["*"];
  return condition.holds ? [conditionOf(condition.when, choose.id)] : [];
}

function conditionOf(when: Expr, chosen: string): string {
  if (when.kind === "outcome" && when.field === "failed") return "!error";
  return `[${showExpr(when, { name: (op, field) => (op === chosen ? field : `${op}.${field}`) })}]`;
}

/** A key as its author spelled it; tables are compared in lower case. */
function declared(body: Body | undefined, word: string): string {
  const words = body?.ops.flatMap((op) => (op.kind === "call" && op.keys.kind === "set" ? op.keys.words : [])) ?? [];
  return words.find((one) => one.toLowerCase() === word) ?? word;
}
