/** Expressions as people write them, for laws. */
import fc from "fast-check";
import type { Syntax, TypeSyntax, Word } from "../../compiler/expr/syntax.ts";
import { builtins } from "../../compiler/ir/builtins.ts";
import type { BinaryOperator } from "../../compiler/ir/expr.ts";

const nowhere = { start: 0, end: 0 };
const operators: readonly BinaryOperator[] = ["and", "or", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "in"];
const keywords = new Set(["and", "or", "not", "in", "if", "else", "true", "false", "null"]);

const word = fc
  .constantFrom("score", "notes", "fact-check", "größe", "a1", "in", "if", "title")
  .map((text): Word => ({ text, ...nowhere }));
const text = fc.oneof(fc.string({ maxLength: 5, unit: "binary" }), fc.constantFrom('"', "\\", "'", "}}", "{{", "\n", "é"));

/** Any expression over some names. */
export function syntax(names: readonly string[]): fc.Arbitrary<Syntax> {
  return fc.letrec<{ syntax: Syntax }>((tie) => {
    const part = tie("syntax");
    const made = <S extends object>(shape: { readonly [K in keyof S]: fc.Arbitrary<S[K]> }) =>
      fc.record<S>(shape as { [K in keyof S]: fc.Arbitrary<S[K]> }).map((fields) => ({ ...fields, ...nowhere }));
    return {
      syntax: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        made({ kind: fc.constant("name" as const), name: fc.constantFrom(...names.filter((name) => !keywords.has(name))) }),
        made({
          kind: fc.constant("literal" as const),
          value: fc.oneof(text, fc.nat({ max: 12 }), fc.constantFrom(0.5, true, false, null)),
        }),
        made({ kind: fc.constant("member" as const), of: part, name: word }),
        made({ kind: fc.constant("index" as const), of: part, index: part }),
        made({ kind: fc.constant("list" as const), items: fc.array(part, { maxLength: 3 }) }),
        made({
          kind: fc.constant("object" as const),
          fields: fc.uniqueArray(fc.record({ name: word, value: part }), { maxLength: 3, selector: ({ name }) => name.text }),
        }),
        made({ kind: fc.constant("if" as const), when: part, then: part, else: part }),
        made({ kind: fc.constant("unary" as const), operator: fc.constantFrom("not" as const, "-" as const), operand: part }),
        made({ kind: fc.constant("binary" as const), operator: fc.constantFrom(...operators), left: part, right: part }),
        made({
          kind: fc.constant("call" as const),
          name: fc.constantFrom(...Object.keys(builtins)).map((text): Word => ({ text, ...nowhere })),
          args: fc.array(part, { minLength: 1, maxLength: 2 }),
        }),
      ),
    };
  }).syntax;
}

/** Any type. */
export const typeSyntax: fc.Arbitrary<TypeSyntax> = fc.letrec<{ type: TypeSyntax }>((tie) => ({
  type: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc
      .constantFrom("text", "int", "number", "bool", "null", "any", "failure")
      .map((name): TypeSyntax => ({ kind: "name", name, ...nowhere })),
    text.map((value): TypeSyntax => ({ kind: "text", value, ...nowhere })),
    tie("type").map((item): TypeSyntax => ({ kind: "list", item, ...nowhere })),
    tie("type").map((of): TypeSyntax => ({ kind: "nullable", of, ...nowhere })),
    fc.array(tie("type"), { minLength: 2, maxLength: 3 }).map((members): TypeSyntax => ({ kind: "union", members, ...nowhere })),
    fc
      .uniqueArray(fc.record({ name: word, isOptional: fc.boolean(), type: tie("type") }), {
        maxLength: 3,
        selector: ({ name }) => name.text,
      })
      .map((fields): TypeSyntax => ({ kind: "object", fields, ...nowhere })),
  ),
})).type;
