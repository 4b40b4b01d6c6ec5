import type { Digest } from "./digest.ts";
import type { Json } from "./json.ts";

/** What of an op's outcome an expression reads. `failed` is a bool; a failed outcome has key `error` and its Failure as value. */
export type OutcomeField = "key" | "value" | "failed";

export type UnaryOperator = "not" | "-";
export type BinaryOperator = "and" | "or" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "%" | "in";

/**
 * A checked expression. Evaluation is total: it never throws and ends in time linear in its data.
 *
 * - `text` is an embedded text of the plan; `template` concatenates the text forms of its parts.
 * - `task` is the run's input, `input` the block's, `keys` the words that the block may finish with (null when open).
 * - `state`, `index` and `item` belong to the enclosing `repeat` or `map` named by `op`; indices count from 1.
 * - `each` maps a list, binding `item` and `position` (from 1) as locals.
 * - `object` leaves a field out where its `when` does not hold.
 */
export type Expr =
  | { readonly kind: "literal"; readonly value: Json }
  | { readonly kind: "text"; readonly text: Digest }
  | { readonly kind: "task" | "input" | "keys" }
  | { readonly kind: "state" | "index" | "item"; readonly op: string }
  | { readonly kind: "outcome"; readonly op: string; readonly field: OutcomeField }
  | { readonly kind: "local"; readonly name: string }
  | { readonly kind: "field"; readonly of: Expr; readonly name: string }
  | { readonly kind: "at"; readonly of: Expr; readonly index: Expr }
  | { readonly kind: "list"; readonly items: readonly Expr[] }
  | { readonly kind: "object"; readonly fields: readonly ObjectField[] }
  | { readonly kind: "template"; readonly parts: readonly Expr[] }
  | { readonly kind: "if"; readonly when: Expr; readonly then: Expr; readonly else: Expr }
  | { readonly kind: "switch"; readonly on: Expr; readonly cases: readonly SwitchCase[]; readonly else: Expr }
  | { readonly kind: "each"; readonly over: Expr; readonly item: string; readonly position: string; readonly yield: Expr }
  | { readonly kind: "unary"; readonly operator: UnaryOperator; readonly operand: Expr }
  | { readonly kind: "binary"; readonly operator: BinaryOperator; readonly left: Expr; readonly right: Expr }
  | { readonly kind: "builtin"; readonly name: string; readonly args: readonly Expr[] };

export interface ObjectField {
  readonly name: string;
  readonly value: Expr;
  readonly when: Expr | null;
}

export interface SwitchCase {
  readonly is: Json;
  readonly then: Expr;
}

/** A constant. */
export function literal(value: Json): Expr {
  return { kind: "literal", value };
}

/** A field of a value: null where there is none. */
export function field(of: Expr, name: string): Expr {
  return { kind: "field", name, of };
}

/** A builtin of its arguments. */
export function builtin(name: string, ...args: readonly Expr[]): Expr {
  return { args, kind: "builtin", name };
}

/** Two expressions, compared or combined. */
export function binary(left: Expr, operator: BinaryOperator, right: Expr): Expr {
  return { kind: "binary", left, operator, right };
}

/** True where `operand` is not. */
export function not(operand: Expr): Expr {
  return { kind: "unary", operand, operator: "not" };
}

/** One expression where `when` holds, another where it does not. */
export function choice(when: Expr, then: Expr, otherwise: Expr): Expr {
  return { else: otherwise, kind: "if", then, when };
}

/** A list made from a list. Its locals are named `item` and `position`, so one must not stand inside another. */
export function each(over: Expr, yields: (item: Expr, position: Expr) => Expr): Expr {
  const local = (name: string): Expr => ({ kind: "local", name });
  return { kind: "each", over, item: "item", position: "position", yield: yields(local("item"), local("position")) };
}
