import { closest } from "../diagnostics/closest.ts";
import { exprNoFields, exprUnknownField, exprUnknownName } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { type Expr, field, literal } from "../ir/expr.ts";
import { any, list, show, union } from "../ir/types.ts";
import { alternatives, fieldType, isNumber, itemType, typeOfValue, unaryType, withoutNull } from "../ir/typing.ts";
import { unreachable } from "../ir/unreachable.ts";
import { elaborateBinary } from "./binary.ts";
import { elaborateCall } from "./call.ts";
import { type Elaboration, type Names, type Typed, tellNullable, tellOperand, wantCondition } from "./elaboration.ts";
import { type ExprSource, quote, tellOf } from "./source.ts";
import type { Syntax, TemplatePart, Word } from "./syntax.ts";
import { tellDuplicates } from "./to-type.ts";

/** Turns a syntax into an expression of the plan, and checks it. What is wrong is told once, and then may be of any type. */
export function elaborate(syntax: Syntax, names: Names, source: ExprSource, report: Report): Typed {
  return typed(syntax, { names, source, tell: tellOf(source, report) });
}

/** As `elaborate`, for an expression that has to be true or false. */
export function elaborateCondition(syntax: Syntax, names: Names, source: ExprSource, report: Report): Typed {
  const context = { names, source, tell: tellOf(source, report) };
  const condition = typed(syntax, context);
  wantCondition(syntax, condition, context);
  return condition;
}

/** A template's parts as one expression, each hole checked. A hole that may be null is told. */
export function elaborateTemplate(
  parts: readonly TemplatePart[],
  names: Names,
  { source, report }: { source: ExprSource; report: Report },
): readonly Expr[] {
  const context = { names, source, tell: tellOf(source, report) };
  return parts.map((part) => {
    if (part.kind === "text") return literal(part.text);
    const hole = typed(part.syntax, context);
    tellNullable(part.syntax, hole.type, context);
    return hole.expr;
  });
}

/** The expression and type of a part. */
function typed(syntax: Syntax, context: Elaboration): Typed {
  switch (syntax.kind) {
    case "literal":
      return { expr: literal(syntax.value), type: typeOfValue(syntax.value) };
    case "name":
      return named(syntax, context);
    case "member":
      return member(typed(syntax.of, context), syntax.of, syntax.name, context);
    case "index":
      return index(syntax, context);
    case "list":
      return listed(syntax.items, context);
    case "object":
      return object(syntax, context);
    case "if":
      return conditional(syntax, context);
    case "unary":
      return unary(syntax, context);
    case "binary":
      return elaborateBinary(syntax, typed(syntax.left, context), typed(syntax.right, context), context);
    case "call":
      return elaborateCall(
        syntax,
        syntax.args.map((arg) => typed(arg, context)),
        context,
      );
    default:
      return unreachable(syntax);
  }
}

function named(syntax: Syntax & { kind: "name" }, { names, tell }: Elaboration): Typed {
  const found = Object.hasOwn(names, syntax.name) ? names[syntax.name] : undefined;
  if (found) return found;
  const known = Object.keys(names);
  const list = known.map((name) => `\`${name}\``).join(", ");
  tell(syntax, (span) =>
    exprUnknownName(span, { name: syntax.name, known: list, closest: spaced(syntax.name, known) ?? closest(syntax.name, known) }),
  );
  return unknown;
}

const unknown: Typed = { expr: literal(null), type: any };

/** `a-b`, where `a` is a name: what was meant is a difference. */
function spaced(name: string, known: Iterable<string>): string | null {
  const [first = "", ...rest] = name.split("-");
  return rest.length > 0 && [...known].includes(first) ? `${first} - ${rest.join("-")}` : null;
}

function member(of: Typed, syntax: Syntax, name: Word, { source, tell }: Elaboration): Typed {
  const solid = alternatives(withoutNull(of.type));
  const objects = solid.filter(({ kind }) => kind === "object" || kind === "failure" || kind === "any");
  const what = quote(source, syntax);
  if (objects.length < solid.length || solid.length === 0) {
    tell(name, (span) => exprNoFields(span, { what, type: show(of.type) }));
    return { expr: field(of.expr, name.text), type: any };
  }
  const known = objects.flatMap((one) => (one.kind === "object" ? Object.keys(one.fields) : ["code", "message", "path", "details"]));
  const isKnown = objects.some(({ kind }) => kind === "any") || known.includes(name.text);
  if (!isKnown)
    tell(name, (span) =>
      exprUnknownField(span, {
        what,
        name: name.text,
        type: show(of.type),
        closest: spaced(name.text, known) ?? closest(name.text, known),
      }),
    );
  return { expr: field(of.expr, name.text), type: isKnown ? fieldType(of.type, name.text) : any };
}

/** A text in quotes names a field; a whole number, from 1, an item. */
function index(syntax: Syntax & { kind: "index" }, context: Elaboration): Typed {
  const of = typed(syntax.of, context);
  const { index: at } = syntax;
  if (at.kind === "literal" && typeof at.value === "string") {
    return member(of, syntax.of, { text: at.value, start: at.start, end: at.end }, context);
  }
  const place = typed(at, context);
  const isPlace = alternatives(withoutNull(place.type)).every(({ kind }) => kind === "int" || kind === "any");
  const isList = alternatives(withoutNull(of.type)).every(({ kind }) => kind === "list" || kind === "any");
  if (!isPlace) tellOperand(at, place.type, "a whole number, or a field's name in quotes", context);
  if (!isList) tellOperand(syntax.of, of.type, "a list", context);
  return { expr: { kind: "at", of: of.expr, index: place.expr }, type: isPlace && isList ? itemType(of.type) : any };
}

function listed(items: readonly Syntax[], context: Elaboration): Typed {
  const all = items.map((item) => typed(item, context));
  return { expr: { kind: "list", items: all.map(({ expr }) => expr) }, type: list(union(all.map(({ type }) => type))) };
}

function object({ fields }: Syntax & { kind: "object" }, context: Elaboration): Typed {
  tellDuplicates(
    fields.map(({ name }) => name),
    context.tell,
  );
  const all = fields.map(({ name, value }) => ({ name: name.text, ...typed(value, context) }));
  return {
    expr: { kind: "object", fields: all.map(({ name, expr }) => ({ name, value: expr, when: null })) },
    type: { kind: "object", fields: Object.fromEntries(all.map(({ name, type }) => [name, type])), optional: [] },
  };
}

function conditional(syntax: Syntax & { kind: "if" }, context: Elaboration): Typed {
  const when = typed(syntax.when, context);
  wantCondition(syntax.when, when, context);
  const [then, otherwise] = [typed(syntax.then, context), typed(syntax.else, context)];
  return {
    expr: { kind: "if", when: when.expr, then: then.expr, else: otherwise.expr },
    type: union([then.type, otherwise.type]),
  };
}

function unary({ operator, operand }: Syntax & { kind: "unary" }, context: Elaboration): Typed {
  const inner = typed(operand, context);
  const isNumeric = alternatives(withoutNull(inner.type)).every((one) => isNumber(one) || one.kind === "any");
  const isSound =
    operator === "not" ? wantCondition(operand, inner, context) : isNumeric || tellOperand(operand, inner.type, "a number", context);
  return { expr: { kind: "unary", operator, operand: inner.expr }, type: isSound ? unaryType(operator, inner.type) : any };
}
