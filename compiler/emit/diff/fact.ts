import type { Expr } from "../../ir/expr.ts";
import { canonical, type Json, toText } from "../../ir/json.ts";
import type { Plan } from "../../ir/plan.ts";
import { showExpr } from "../show-expr.ts";
import type { Fact } from "./types.ts";

/** A fact of one line. */
export function fact(shown: string, exact = shown): Fact {
  return { shown, exact, isText: false, isWiring: false, of: null };
}

/** A fact whose lines are compared. */
export function textFact(shown: string, exact = shown): Fact {
  return { shown, exact, isText: true, isWiring: false, of: null };
}

/** An expression: a template with its texts in full, anything else on one line. */
export function exprFact(plan: Plan, expr: Expr): Fact {
  const exact = canonical(expr as unknown as Json); // an expression is JSON by construction
  const isTemplate = expr.kind === "template" || expr.kind === "text" || (expr.kind === "literal" && typeof expr.value === "string");
  return isTemplate ? textFact(written(plan, expr), exact) : fact(showExpr(expr), exact);
}

function written(plan: Plan, expr: Expr): string {
  if (expr.kind === "template") return expr.parts.map((part) => written(plan, part)).join("");
  if (expr.kind === "text") return plan.texts[expr.text] ?? "";
  return expr.kind === "literal" ? toText(expr.value) : `{{ ${showExpr(expr)} }}`;
}

/** A fact that mostly follows from others. */
export function wiring(one: Fact): Fact {
  return { ...one, isWiring: true };
}
