import type { Expr } from "../ir/expr.ts";
import { canonical } from "../ir/json.ts";
import { unreachable } from "../ir/unreachable.ts";

/** A text that is put together, or that is embedded in the plan. */
export type TextExpr = Extract<Expr, { readonly kind: "text" | "template" }>;

/**
 * An expression for people, on one line. An outcome is named by `name`, as `draft.value` if not told otherwise; texts and templates are
 * shown by `text`, as `"..."` if not told otherwise.
 */
export function showExpr(
  expr: Expr,
  name: (op: string, field: string) => string = (op, field) => `${op}.${field}`,
  text: (expr: TextExpr) => string = () => `"..."`,
): string {
  const show = (part: Expr) => showExpr(part, name, text);
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
      return name(expr.op, expr.field);
    case "local":
      return expr.name;
    case "field":
      return `${show(expr.of)}.${expr.name}`;
    case "at":
      return `${show(expr.of)}[${show(expr.index)}]`;
    case "list":
      return `[${expr.items.map(show).join(", ")}]`;
    case "object":
      return `{${expr.fields.map(({ name: key, value, when }) => `${key}: ${show(value)}${when ? ` if ${show(when)}` : ""}`).join(", ")}}`;
    case "text":
    case "template":
      return text(expr);
    case "if":
      return `${operand(expr.when, show)} ? ${operand(expr.then, show)} : ${operand(expr.else, show)}`;
    case "switch":
      return `${show(expr.on)} -> {${expr.cases.map((entry) => `${canonical(entry.is)}: ${show(entry.then)}`).join(", ")}, *: ${show(expr.else)}}`;
    case "each":
      return `[${show(expr.yield)} for ${expr.item} in ${show(expr.over)}]`;
    case "unary":
      return expr.operator === "not" ? `not ${operand(expr.operand, show)}` : `-${operand(expr.operand, show)}`;
    case "binary":
      return `${operand(expr.left, show)} ${expr.operator} ${operand(expr.right, show)}`;
    case "builtin":
      return `${expr.name}(${expr.args.map(show).join(", ")})`;
    default:
      return unreachable(expr);
  }
}

function operand(expr: Expr, show: (part: Expr) => string): string {
  return expr.kind === "binary" || expr.kind === "if" ? `(${show(expr)})` : show(expr);
}
