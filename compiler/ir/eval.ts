import { builtins } from "./builtins.ts";
import { caseFor } from "./case-for.ts";
import type { BinaryOperator, Expr, OutcomeField } from "./expr.ts";
import { equal, isList, isObject, type Json, type JsonObject, toText } from "./json.ts";
import { unreachable } from "./unreachable.ts";

/** What an expression may read. Each answers null for what does not exist. */
export interface Env {
  readonly text: (digest: string) => string;
  readonly task: () => Json;
  readonly input: () => Json;
  readonly keys: () => Json;
  readonly loop: (kind: "state" | "index" | "item", op: string) => Json;
  readonly outcome: (op: string, field: OutcomeField) => Json;
}

type Locals = Readonly<Record<string, Json>>;

/** Evaluates a checked expression. Total: whatever the data, it answers and never throws. */
export function evaluate(expr: Expr, env: Env, locals: Locals = {}): Json {
  switch (expr.kind) {
    case "literal":
      return expr.value;
    case "text":
      return env.text(expr.text);
    case "task":
      return env.task();
    case "input":
      return env.input();
    case "keys":
      return env.keys();
    case "state":
    case "index":
    case "item":
      return env.loop(expr.kind, expr.op);
    case "outcome":
      return env.outcome(expr.op, expr.field);
    case "local":
      return Object.hasOwn(locals, expr.name) ? (locals[expr.name] ?? null) : null;
    case "field":
      return field(evaluate(expr.of, env, locals), expr.name);
    case "at":
      return at(evaluate(expr.of, env, locals), evaluate(expr.index, env, locals));
    case "list":
      return expr.items.map((item) => evaluate(item, env, locals));
    case "object":
      return object(expr, env, locals);
    case "template":
      return expr.parts.map((part) => toText(evaluate(part, env, locals))).join("");
    case "if":
      return evaluate(truthy(evaluate(expr.when, env, locals)) ? expr.then : expr.else, env, locals);
    case "switch":
      return evaluate(select(expr, evaluate(expr.on, env, locals)), env, locals);
    case "each":
      return each(expr, env, locals);
    case "unary":
      return unary(expr.operator, evaluate(expr.operand, env, locals));
    case "binary":
      return binary(expr, env, locals);
    case "builtin":
      return call(
        expr.name,
        expr.args.map((arg) => evaluate(arg, env, locals)),
      );
    default:
      return unreachable(expr);
  }
}

/** Only `true` is true. */
export function truthy(value: Json): boolean {
  return value === true;
}

function field(value: Json, name: string): Json {
  return isObject(value) && Object.hasOwn(value, name) ? ((value as JsonObject)[name] ?? null) : null;
}

function at(value: Json, index: Json): Json {
  return isList(value) && typeof index === "number" ? (value[index - 1] ?? null) : null;
}

function object(expr: Expr & { kind: "object" }, env: Env, locals: Locals): Json {
  const fields = expr.fields.filter((entry) => entry.when === null || truthy(evaluate(entry.when, env, locals)));
  return Object.fromEntries(fields.map((entry) => [entry.name, evaluate(entry.value, env, locals)]));
}

function select(expr: Expr & { kind: "switch" }, on: Json): Expr {
  return caseFor(expr.cases, on)?.then ?? expr.else;
}

function each(expr: Expr & { kind: "each" }, env: Env, locals: Locals): Json {
  const over = evaluate(expr.over, env, locals);
  if (!isList(over)) return [];
  return over.map((item, index) => evaluate(expr.yield, env, { ...locals, [expr.item]: item, [expr.position]: index + 1 }));
}

function unary(operator: "not" | "-", operand: Json): Json {
  if (operator === "not") return !truthy(operand);
  return typeof operand === "number" ? -operand : null;
}

function binary(expr: Expr & { kind: "binary" }, env: Env, locals: Locals): Json {
  const left = evaluate(expr.left, env, locals);
  if (expr.operator === "and" && !truthy(left)) return false;
  if (expr.operator === "or" && truthy(left)) return true;
  return combine(expr.operator, left, evaluate(expr.right, env, locals));
}

function combine(operator: BinaryOperator, left: Json, right: Json): Json {
  switch (operator) {
    case "and":
    case "or":
      return truthy(right);
    case "==":
      return equal(left, right);
    case "!=":
      return !equal(left, right);
    case "in":
      return isList(right)
        ? right.some((item) => equal(item, left))
        : typeof right === "string" && typeof left === "string" && right.includes(left);
    case "<":
    case "<=":
    case ">":
    case ">=":
      return compare(operator, left, right);
    default:
      return arithmetic(operator, left, right);
  }
}

function compare(operator: "<" | "<=" | ">" | ">=", left: Json, right: Json): boolean {
  const sameKind = (typeof left === "number" && typeof right === "number") || (typeof left === "string" && typeof right === "string");
  if (!sameKind) return false;
  if (operator === "<") return left < right;
  if (operator === "<=") return left <= right;
  return operator === ">" ? left > right : left >= right;
}

function arithmetic(operator: "+" | "-" | "*" | "/" | "%", left: Json, right: Json): Json {
  if (operator === "+" && typeof left === "string" && typeof right === "string") return left + right;
  if (typeof left !== "number" || typeof right !== "number") return null;
  const result = { "+": left + right, "-": left - right, "*": left * right, "/": left / right, "%": left % right }[operator];
  return Number.isFinite(result) ? result : null;
}

function call(name: string, args: readonly Json[]): Json {
  const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
  return builtin ? builtin.run(...args) : null;
}
