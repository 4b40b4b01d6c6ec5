/** Arbitrary data of the plan's languages, for laws. */
import fc from "fast-check";
import { builtins } from "../../compiler/ir/builtins.ts";
import type { BinaryOperator, Expr } from "../../compiler/ir/expr.ts";
import type { Json, JsonObject } from "../../compiler/ir/json.ts";
import type { Type } from "../../compiler/ir/types.ts";

/** Words that go wrong when an object is taken for a map. */
const awkward = fc.constantFrom("constructor", "__proto__", "toString", "hasOwnProperty", "a", "b", "", "9", "10", "ok", "failed");
export const word: fc.Arbitrary<string> = fc.oneof(awkward, fc.string({ maxLength: 6, unit: "binary" }));

const operators: readonly BinaryOperator[] = ["and", "or", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "in"];

/** JSON with awkward keys, lone surrogates and odd numbers. */
export const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false, 0, -0, 1, -1, 1.5, 1e21, 5e-324, Number.MAX_SAFE_INTEGER),
    word,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(word, tie("value")), { maxLength: 4 }).map((entries): JsonObject => Object.fromEntries(entries)),
  ),
})).value;

/** Any expression at all, sensible or not. */
export const expr: fc.Arbitrary<Expr> = fc.letrec<{ expr: Expr }>((tie) => {
  const part = tie("expr");
  const op = fc.constantFrom("draft", "loop", "x");
  return {
    expr: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.record({ kind: fc.constant("literal" as const), value: json }),
      fc.record({ kind: fc.constant("text" as const), text: word }),
      fc.record({ kind: fc.constantFrom("task" as const, "input" as const, "keys" as const) }),
      fc.record({ kind: fc.constantFrom("state" as const, "index" as const, "item" as const), op }),
      fc.record({ kind: fc.constant("outcome" as const), op, field: fc.constantFrom("key" as const, "value" as const, "failed" as const) }),
      fc.record({ kind: fc.constant("local" as const), name: word }),
      fc.record({ kind: fc.constant("field" as const), of: part, name: word }),
      fc.record({ kind: fc.constant("at" as const), of: part, index: part }),
      fc.record({ kind: fc.constant("list" as const), items: fc.array(part, { maxLength: 3 }) }),
      fc.record({
        kind: fc.constant("object" as const),
        fields: fc.array(fc.record({ name: word, value: part, when: fc.option(part) }), { maxLength: 3 }),
      }),
      fc.record({ kind: fc.constant("template" as const), parts: fc.array(part, { maxLength: 3 }) }),
      fc.record({ kind: fc.constant("if" as const), when: part, then: part, else: part }),
      fc.record({
        kind: fc.constant("switch" as const),
        on: part,
        cases: fc.array(fc.record({ is: json, then: part }), { maxLength: 3 }),
        else: part,
      }),
      fc.record({ kind: fc.constant("each" as const), over: part, item: word, position: word, yield: part }),
      fc.record({ kind: fc.constant("unary" as const), operator: fc.constantFrom("not" as const, "-" as const), operand: part }),
      fc.record({ kind: fc.constant("binary" as const), operator: fc.constantFrom(...operators), left: part, right: part }),
      fc.record({
        kind: fc.constant("builtin" as const),
        name: fc.constantFrom(...Object.keys(builtins), "none", "constructor"),
        args: fc.array(part, { maxLength: 3 }),
      }),
    ),
  };
}).expr;

/** Any type. */
export const type: fc.Arbitrary<Type> = fc.letrec<{ type: Type }>((tie) => ({
  type: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({
      kind: fc.constantFrom(
        "text" as const,
        "int" as const,
        "number" as const,
        "bool" as const,
        "null" as const,
        "any" as const,
        "failure" as const,
      ),
    }),
    fc.record({ kind: fc.constant("literal" as const), value: fc.constantFrom("a", "b") }),
    fc.record({ kind: fc.constant("list" as const), item: tie("type") }),
    fc.record({ kind: fc.constant("union" as const), members: fc.array(tie("type"), { maxLength: 3 }) }),
    fc
      .tuple(fc.dictionary(fc.constantFrom("a", "b", "constructor"), tie("type"), { maxKeys: 3 }), fc.subarray(["a", "b", "constructor"]))
      .map(([fields, optional]): Type => ({ kind: "object", fields, optional: optional.filter((name) => Object.hasOwn(fields, name)) })),
  ),
})).type;

/** Values of a type, with no field that it does not name; null where it has no value. */
export function valuesOf(of: Type): fc.Arbitrary<Json> | null {
  switch (of.kind) {
    case "any":
      return json;
    case "text":
      return fc.string({ maxLength: 4 });
    case "int":
      return fc.integer();
    case "number":
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case "bool":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "failure":
      return fc.record({ code: fc.constant("model"), message: fc.string({ maxLength: 4 }), path: fc.constant("p") });
    case "literal":
      return fc.constant(of.value);
    case "list": {
      const item = valuesOf(of.item);
      return item ? fc.array(item, { maxLength: 3 }) : fc.constant([]);
    }
    case "union": {
      const members = of.members.flatMap((member) => valuesOf(member) ?? []);
      return members.length === 0 ? null : fc.oneof(...members);
    }
    case "object":
      return objectOf(of.fields, of.optional);
  }
}

function objectOf(fields: Readonly<Record<string, Type>>, optional: readonly string[]): fc.Arbitrary<Json> | null {
  const parts = Object.entries(fields).map(([name, field]) => ({ name, values: valuesOf(field), mayMiss: optional.includes(name) }));
  if (parts.some(({ values, mayMiss }) => !values && !mayMiss)) return null;
  const entries = parts.flatMap(({ name, values, mayMiss }) => {
    if (!values) return [];
    const entry = values.map((value) => [[name, value] as const]);
    return mayMiss ? [fc.oneof(entry, fc.constant([]))] : [entry];
  });
  return fc.tuple(...entries).map((lists): JsonObject => Object.fromEntries(lists.flat()));
}
