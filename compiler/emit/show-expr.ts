import type { BinaryOperator, Expr, ObjectField } from "../ir/expr.ts";
import { canonical } from "../ir/json.ts";
import { isWord, showName } from "../ir/types.ts";
import { unreachable } from "../ir/unreachable.ts";

/** A text that is put together, or that is embedded in the plan. */
export type TextExpr = Extract<Expr, { readonly kind: "text" | "template" }>;

/** How what an expression reads is named. */
export interface Shown {
  /** An outcome; default `draft.value`. */
  readonly name?: (op: string, field: string) => string;
  /** A text or a template; default `"..."`. */
  readonly text?: (expr: TextExpr) => string;
}

/**
 * An expression for people, on one line: as it would be written where the language has it, with as few parentheses as its meaning needs. What
 * only plans have is a table, `x -> {1: a, *: b}`, a list made from a list, `[a for item in x]`, and a field that may be left out, `{a: x if y}`.
 */
export function showExpr(expr: Expr, shown: Shown = {}): string {
  return atLevel(expr, 0, shown);
}

/** How tightly an expression binds, from 0: what stands in a place for a tighter one needs parentheses. */
const operators: Readonly<Record<BinaryOperator, number>> = {
  or: 1,
  and: 2,
  "==": 4,
  "!=": 4,
  "<": 4,
  "<=": 4,
  ">": 4,
  ">=": 4,
  in: 4,
  "+": 5,
  "-": 5,
  "*": 6,
  "/": 6,
  "%": 6,
};
const levels = { loosest: 0, condition: 1, not: 3, comparison: 4, minus: 7, tightest: 8 } as const;

function levelOf(expr: Expr): number {
  switch (expr.kind) {
    case "if":
    case "switch":
      return levels.loosest;
    case "binary":
      return operators[expr.operator];
    case "unary":
      return expr.operator === "not" ? levels.not : levels.minus;
    case "literal":
      return typeof expr.value === "number" && expr.value < 0 ? levels.minus : levels.tightest;
    default:
      return levels.tightest;
  }
}

function atLevel(expr: Expr, level: number, shown: Shown): string {
  const text = written(expr, shown);
  return levelOf(expr) < level ? `(${text})` : text;
}

function written(expr: Expr, shown: Shown): string {
  const show = (part: Expr, level: number = levels.loosest) => atLevel(part, level, shown);
  const all = (parts: readonly Expr[]) => parts.map((part) => show(part)).join(", ");
  switch (expr.kind) {
    case "field":
      return `${show(expr.of, levels.tightest)}${isWord(expr.name) ? `.${expr.name}` : `[${JSON.stringify(expr.name)}]`}`;
    case "at":
      return `${show(expr.of, levels.tightest)}[${show(expr.index)}]`;
    case "list":
      return `[${all(expr.items)}]`;
    case "object":
      return `{${expr.fields.map((field) => fieldOf(field, show)).join(", ")}}`;
    case "if":
      return `${show(expr.then, levels.condition)} if ${show(expr.when, levels.condition)} else ${show(expr.else)}`;
    case "switch":
      return `${show(expr.on, levels.condition)} -> {${expr.cases.map(({ is, then }) => `${canonical(is)}: ${show(then)}`).join(", ")}, *: ${show(expr.else)}}`;
    case "each":
      return `[${show(expr.yield)} for ${expr.item} in ${show(expr.over)}]`;
    case "unary":
      return expr.operator === "not" ? `not ${show(expr.operand, levels.not)}` : `-${show(expr.operand, levels.minus)}`;
    case "binary":
      return twoSided(expr, show);
    case "builtin":
      return `${expr.name}(${all(expr.args)})`;
    default:
      return leaf(expr, shown);
  }
}

type Compound = "field" | "at" | "list" | "object" | "if" | "switch" | "each" | "unary" | "binary" | "builtin";
type Leaf = Exclude<Expr, { readonly kind: Compound }>;

function leaf(expr: Leaf, { name, text }: Shown): string {
  switch (expr.kind) {
    case "literal":
      return canonical(expr.value);
    case "task":
    case "input":
    case "keys":
      return expr.kind;
    case "state":
    case "index":
    case "item":
      return `${expr.op}.${expr.kind}`;
    case "outcome":
      return name?.(expr.op, expr.field) ?? `${expr.op}.${expr.field}`;
    case "local":
      return expr.name;
    case "text":
    case "template":
      return text?.(expr) ?? `"..."`;
    default:
      return unreachable(expr);
  }
}

type Show = (part: Expr, level?: number) => string;

function fieldOf({ name, value, when }: ObjectField, show: Show): string {
  return `${showName(name)}: ${when ? `${show(value, levels.condition)} if ${show(when)}` : show(value)}`;
}

/** Operators of one level go from left to right, and comparisons do not stand in a row. */
function twoSided({ operator, left, right }: Expr & { kind: "binary" }, show: Show): string {
  const level = operators[operator];
  return `${show(left, level === levels.comparison ? level + 1 : level)} ${operator} ${show(right, level + 1)}`;
}
