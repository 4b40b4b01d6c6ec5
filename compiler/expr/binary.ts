import { closest } from "../diagnostics/closest.ts";
import { exprNeverEqual } from "../diagnostics/codes.generated.ts";
import { any, show, type Type, union } from "../ir/types.ts";
import { alternatives, areDisjoint, binaryType, isNumber, isText, withoutNull } from "../ir/typing.ts";
import { type Elaboration, type Typed, tellOperand, wantCondition } from "./elaboration.ts";
import type { Syntax } from "./syntax.ts";

type Binary = Syntax & { readonly kind: "binary" };

/** An operator with its operands, which have to be of the kind that it works on. Null is taken: it compares as false, and makes arithmetic null. */
export function elaborateBinary(syntax: Binary, left: Typed, right: Typed, context: Elaboration): Typed {
  const isSound = checkOperands(syntax, left, right, context);
  return {
    expr: { kind: "binary", operator: syntax.operator, left: left.expr, right: right.expr },
    type: isSound ? binaryType(syntax.operator, left.type, right.type) : any,
  };
}

function checkOperands(syntax: Binary, left: Typed, right: Typed, context: Elaboration): boolean {
  switch (syntax.operator) {
    case "and":
    case "or":
      return [wantCondition(syntax.left, left, context), wantCondition(syntax.right, right, context)].every(Boolean);
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
      return checkBoth(sidesOf(syntax, left.type, right.type), { is: isNumber, expected: "a number" }, context);
  }
}

/** A comparison that is decided has an answer all the same. */
function checkEqual(syntax: Binary, left: Type, right: Type, { tell }: Elaboration): true {
  const facts = { left: show(left), right: show(right), closest: meant(left, right) ?? meant(right, left) };
  if (areDisjoint(left, right)) tell(syntax, (span) => exprNeverEqual(span, facts));
  return true;
}

/** Of the words that one side can be, the one that the other side's most likely means. */
function meant(words: Type, given: Type): string | null {
  const known = alternatives(words).flatMap((one) => (one.kind === "literal" ? [one.value] : []));
  return given.kind === "literal" ? closest(given.value, known) : null;
}

function checkMembership(syntax: Binary, left: Type, right: Type, context: Elaboration): boolean {
  const inList = allAre(right, ({ kind }) => kind === "list");
  const inText = allAre(right, isText);
  if (!inList && !inText) return tellOperand(syntax.right, right, "a list or a text", context);
  if (!inList && !allAre(left, isText)) return tellOperand(syntax.left, left, "a text", context);
  const items = alternatives(withoutNull(right)).flatMap((one) => (one.kind === "list" ? alternatives(one.item) : [one]));
  return inList && items.length > 0 ? checkEqual(syntax, left, union(items), context) : true;
}

/** Both numbers, or both texts. */
function checkAlike(syntax: Binary, left: Type, right: Type, context: Elaboration): boolean {
  if (allAre(left, isNumber) && allAre(right, isNumber)) return true;
  if (allAre(left, isText) && allAre(right, isText)) return true;
  const wanted = allAre(left, isText) ? { is: isText, expected: "a text" } : { is: isNumber, expected: "a number" };
  return checkBoth(sidesOf(syntax, left, right), wanted, context);
}

interface Wanted {
  readonly is: (one: Type) => boolean;
  readonly expected: string;
}

type Side = readonly [part: Syntax, type: Type];

function sidesOf(syntax: Binary, left: Type, right: Type): readonly Side[] {
  return [
    [syntax.left, left],
    [syntax.right, right],
  ];
}

function checkBoth(sides: readonly Side[], { is, expected }: Wanted, context: Elaboration): boolean {
  return sides.map(([part, type]) => allAre(type, is) || tellOperand(part, type, expected, context)).every(Boolean);
}

/** Whether a value that is there is of a kind. What is not known is taken to be. */
function allAre(type: Type, is: (one: Type) => boolean): boolean {
  const solid = alternatives(withoutNull(type)).filter(({ kind }) => kind !== "null");
  return solid.length > 0 && solid.every((one) => is(one) || one.kind === "any");
}
