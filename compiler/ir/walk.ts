import type { Expr } from "./expr.ts";
import type { Body, Op } from "./ops.ts";
import { unreachable } from "./unreachable.ts";

/** The bodies that an op holds. */
export function bodiesOf(op: Op): readonly Body[] {
  switch (op.kind) {
    case "map":
    case "repeat":
      return [op.body];
    case "choose":
      return [...op.cases.map((entry) => entry.body), ...(op.otherwise ? [op.otherwise] : [])];
    default:
      return [];
  }
}

/** Every op of a body, those of inner bodies included, each before what it holds. */
export function opsOf({ ops }: Body): readonly Op[] {
  if (!ops.some(isStructural)) return ops;
  const found: Op[] = [];
  collectOps(ops, found);
  return found;
}

function collectOps(ops: readonly Op[], found: Op[]): void {
  for (const op of ops) {
    found.push(op);
    if (isStructural(op)) for (const { ops: inner } of bodiesOf(op)) collectOps(inner, found);
  }
}

function isStructural({ kind }: Op): boolean {
  return kind === "map" || kind === "repeat" || kind === "choose";
}

/** The expressions of an op itself. */
export function expressionsOf(op: Op): readonly Expr[] {
  switch (op.kind) {
    case "ask":
    case "act":
      return [op.label, op.system, op.input, ...(op.sample ? [op.sample] : [])];
    case "code":
    case "call":
      return [op.label, op.input];
    case "pure":
      return [op.label, op.key, op.value, ...op.require.flatMap((each) => [each.holds, each.message])];
    case "map":
      return [op.label, op.over];
    case "repeat":
      return [op.label, op.state, ...(op.times ? [op.times] : []), op.until, op.next, op.exhausted];
    case "choose":
      return [op.label, op.on];
    case "wait":
      return [op.label, op.channel, op.question, ...(op.deadline ? [op.deadline.default] : [])];
    default:
      return unreachable(op);
  }
}

/** The expressions that an expression is made of. */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "field":
      return [expr.of];
    case "at":
      return [expr.of, expr.index];
    case "list":
      return expr.items;
    case "object":
      return expr.fields.flatMap((field) => (field.when ? [field.value, field.when] : [field.value]));
    case "template":
      return expr.parts;
    case "if":
      return [expr.when, expr.then, expr.else];
    case "switch":
      return [expr.on, ...expr.cases.map((each) => each.then), expr.else];
    case "each":
      return [expr.over, expr.yield];
    case "unary":
      return [expr.operand];
    case "binary":
      return [expr.left, expr.right];
    case "builtin":
      return expr.args;
    default:
      return [];
  }
}

/** Every expression of an expression, itself first. */
export function exprsIn(expr: Expr): readonly Expr[] {
  const found = [expr];
  collectParts(expr, found);
  return found;
}

function collectParts(expr: Expr, found: Expr[]): void {
  for (const part of partsOf(expr)) {
    found.push(part);
    collectParts(part, found);
  }
}

/** The expressions that are evaluated before an op starts: a repeat's end is not among them, for it reads what the body did. */
export function readsOf(op: Op): readonly Expr[] {
  return op.kind === "repeat" ? [op.label, op.state, ...(op.times ? [op.times] : []), op.exhausted] : expressionsOf(op);
}
