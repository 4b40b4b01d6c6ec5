import { exprNeverEqual } from "../diagnostics/codes.generated.ts";
import { show, type Type } from "../ir/types.ts";
import { alternatives, areDisjoint, binaryType, isNumber, isText, withoutNull } from "../ir/typing.ts";
import { type Elaboration, type Typed, tellOperand, wantCondition } from "./elaboration.ts";
import type { Syntax } from "./syntax.ts";

type Binary = Syntax & { readonly kind: "binary" };

/** An operator with its operands, which have to be of the kind that it works on. Null is taken: it compares as false, and makes arithmetic null. */
export function elaborateBinary(syntax: Binary, left: Typed, right: Typed, context: Elaboration): Typed {
  checkOperands(syntax, left, right, context);
  return {
    expr: { kind: "binary", operator: syntax.operator, left: left.expr, right: right.expr },
    type: binaryType(syntax.operator, left.type, right.type),
  };
}

function checkOperands(syntax: Binary, left: Typed, right: Typed, context: Elaboration): void {
  switch (syntax.operator) {
    case "and":
    case "or":
      wantCondition(syntax.left, left, context);
      return wantCondition(syntax.right, right, context);
    case "==":
    case "!=":
      return checkEqual(syntax, left.type, right.type, context);
    case "in":
      return checkMembership(syntax, left.type, right.type, context);
    case "+":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return checkAlike(syntax, left.type, right.type, context);
    default:
      return checkNumbers(syntax, left.type, right.type, context);
  }
}

function checkEqual(syntax: Binary, left: Type, right: Type, { tell }: Elaboration): void {
  if (areDisjoint(left, right)) tell(syntax, (span) => exprNeverEqual(span, { left: show(left), right: show(right) }));
}

function checkMembership(syntax: Binary, left: Type, right: Type, context: Elaboration): void {
  const solid = alternatives(withoutNull(right));
  const inList = solid.length > 0 && solid.every(({ kind }) => kind === "list" || kind === "any");
  const inText = solid.length > 0 && solid.every((one) => isText(one) || one.kind === "any");
  if (!inList && !inText) return tellOperand(syntax.right, right, "a list or a text", context);
  if (inText && !inList && !allAre(left, isText)) tellOperand(syntax.left, left, "a text", context);
  const items = solid.flatMap((one) => (one.kind === "list" ? alternatives(one.item) : [one]));
  if (inList && items.length > 0 && items.every((item) => areDisjoint(left, item)))
    context.tell(syntax, (span) => exprNeverEqual(span, { left: show(left), right: items.map(show).join(" | ") }));
}

/** Both numbers, or both texts. */
function checkAlike(syntax: Binary, left: Type, right: Type, context: Elaboration): void {
  const isTextual = allAre(left, isText) && !allAre(left, isNumber);
  const kind = isTextual ? isText : isNumber;
  const expected = isTextual ? "a text, as what it is put with" : "a number";
  if (!isTextual && allAre(left, isText) && allAre(right, isText)) return;
  for (const [part, type] of sides(syntax, left, right)) if (!allAre(type, kind)) tellOperand(part, type, expected, context);
}

function checkNumbers(syntax: Binary, left: Type, right: Type, context: Elaboration): void {
  for (const [part, type] of sides(syntax, left, right)) if (!allAre(type, isNumber)) tellOperand(part, type, "a number", context);
}

function sides(syntax: Binary, left: Type, right: Type): readonly (readonly [Syntax, Type])[] {
  return [
    [syntax.left, left],
    [syntax.right, right],
  ];
}

/** Whether a value that is there is of a kind. What is not known is taken to be. */
function allAre(type: Type, is: (one: Type) => boolean): boolean {
  const solid = alternatives(withoutNull(type)).filter(({ kind }) => kind !== "null");
  return solid.length > 0 && solid.every((one) => is(one) || one.kind === "any");
}
