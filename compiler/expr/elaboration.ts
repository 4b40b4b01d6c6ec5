import { exprMayBeNull, exprWrongOperand } from "../diagnostics/codes.generated.ts";
import type { Expr } from "../ir/expr.ts";
import { show, type Type } from "../ir/types.ts";
import { alternatives, isNullable } from "../ir/typing.ts";
import { type ExprSource, quote, type Tell } from "./source.ts";
import type { Syntax } from "./syntax.ts";

/** A checked expression and the type of its value. */
export interface Typed {
  readonly expr: Expr;
  readonly type: Type;
}

/** What the names of an expression stand for. */
export type Names = Readonly<Record<string, Typed>>;

/** What elaborating needs besides the syntax. */
export interface Elaboration {
  readonly names: Names;
  readonly source: ExprSource;
  readonly tell: Tell;
}

/** Whether a value can be a condition; one that cannot is told. Null counts as false. */
export function wantCondition(syntax: Syntax, { type }: Typed, context: Elaboration): boolean {
  const isBool = alternatives(type).some(({ kind }) => kind === "bool" || kind === "any");
  if (isBool && alternatives(type).every(({ kind }) => kind === "bool" || kind === "any" || kind === "null")) return true;
  return tellOperand(syntax, type, "true or false", context);
}

/** Tells of an operand that an operator does not take: false, for what follows from it is not to be told. */
export function tellOperand(syntax: Syntax, type: Type, expected: string, { source, tell }: Elaboration): false {
  const shown = syntax.kind === "literal" && type.kind === "literal" ? "text" : show(type);
  tell(syntax, (span) => exprWrongOperand(span, { what: quote(source, syntax), expected, type: shown }));
  return false;
}

/** Tells of a value that becomes text, or a list, and may be null. */
export function tellNullable(syntax: Syntax, type: Type, { source, tell }: Elaboration): void {
  if (isNullable(type)) tell(syntax, (span) => exprMayBeNull(span, { what: quote(source, syntax), type: show(type) }));
}
