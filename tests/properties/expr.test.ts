import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { showExpr } from "../../compiler/emit/show-expr.ts";
import { caseFor } from "../../compiler/ir/case-for.ts";
import { type Env, evaluate } from "../../compiler/ir/eval.ts";
import { type Expr, literal } from "../../compiler/ir/expr.ts";
import { equal, isObject, type Json } from "../../compiler/ir/json.ts";
import { accepts, assignable, type Type } from "../../compiler/ir/types.ts";
import { expr, json, type, valuesOf } from "../support/arbitrary.ts";

const test = suite("laws of expressions and types");

function envOf(value: Json): Env {
  const same = () => value;
  return { text: () => "text", task: same, input: same, keys: same, loop: same, outcome: same };
}

function isJson(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  return isObject(value) && Object.values(value).every(isJson);
}

test("evaluating any expression on any data answers with JSON", () => {
  fc.assert(
    fc.property(expr, json, (any, value) => isJson(evaluate(any, envOf(value)))),
    { numRuns: 2000 },
  );
});

test("of many cases the one is found that a search would find", () => {
  const cases = fc.array(fc.record({ is: json }), { maxLength: 20 });
  const found = (all: readonly { readonly is: Json }[], value: Json) => caseFor(all, value) === all.find(({ is }) => equal(is, value));
  fc.assert(fc.property(cases, json, (all, value) => [value, ...all.map(({ is }) => is)].every((one) => found(all, one))));
});

test("any expression can be shown", () => {
  fc.assert(fc.property(expr, (any) => typeof showExpr(any) === "string"));
});

test("`and` and `or` look at the right side only where the left does not decide", () => {
  const both = (operator: "and" | "or", left: Json, right: Expr) =>
    evaluate({ kind: "binary", operator, left: literal(left), right }, envOf(null));
  assert.equal(
    [both("and", false, literal(true)), both("or", true, literal(false)), both("and", true, literal("x"))],
    [false, true, false],
  );
});

test("a type accepts its own values", () => {
  fc.assert(fc.property(typed(type), ({ of, value }) => accepts(of, value)));
});

test("what is assignable is accepted, where neither side hides what it is", () => {
  const pairs = fc.tuple(typed(type), type).filter(([{ of }, to]) => assignable(of, to) && !hides(of) && !hides(to));
  fc.assert(
    fc.property(pairs, ([{ value }, to]) => accepts(to, value)),
    { numRuns: 500 },
  );
});

test("assignable is reflexive", () => {
  fc.assert(fc.property(type, (one) => assignable(one, one)));
});

function typed(types: fc.Arbitrary<Type>): fc.Arbitrary<{ readonly of: Type; readonly value: Json }> {
  const inhabited = types.map((of) => ({ of, values: valuesOf(of) }));
  return inhabited.chain(({ of, values }) =>
    (values ?? fc.constant(null)).map((value) => ({ of: values ? of : ({ kind: "null" } as const), value })),
  );
}

/** `any` promises nothing, and anything becomes text on its way. */
function hides(of: Type): boolean {
  if (of.kind === "any" || of.kind === "text") return true;
  if (of.kind === "list") return hides(of.item);
  if (of.kind === "union") return of.members.some(hides);
  return of.kind === "object" && Object.values(of.fields).some(hides);
}

test.run();
