import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { reader } from "../../compiler/expr/reader.ts";
import type { ExprSource } from "../../compiler/expr/source.ts";
import { show, type Type } from "../../compiler/ir/types.ts";
import { type as anyType } from "../support/arbitrary.ts";
import { syntax, typeSyntax } from "../support/arbitrary-syntax.ts";
import { printSyntax, printType } from "../support/print-syntax.ts";

const test = suite("grammar of expressions");

function sourceOf(text: string): ExprSource {
  return { text, raw: text, span: { file: "f", start: 100, end: 100 + text.length } };
}

/** What reading gives, and what is told of it: codes with the stretch of the text. */
function read<T>(kind: "expression" | "type" | "template", text: string) {
  const found: Diagnostic[] = [];
  const value = reader[kind](sourceOf(text), (diagnostic) => found.push(diagnostic));
  const told = found.map(({ code, span }) => `${code} ${text.slice((span?.start ?? 0) - 100, (span?.end ?? 0) - 100)}`);
  return { value: value as T, told, found };
}

/** Without places, which printing does not keep. */
function bare(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner) => (key === "start" || key === "end" ? undefined : inner)));
}

test("parse(print(expression)) is the expression", () => {
  fc.assert(
    fc.property(syntax(["value", "key", "input"]), (one) => {
      const text = printSyntax(one);
      const { value, told } = read("expression", text);
      assert.equal(told, [], text);
      assert.equal(bare(value), bare(one), text);
    }),
    { numRuns: 300 },
  );
});

test("parse(print(type)) is the type, and a shown type is read as it is", () => {
  const once = (text: string) => show(read<Type>("type", text).value);
  fc.assert(fc.property(typeSyntax, (one) => assert.is(once(once(printType(one))), once(printType(one)))));
  fc.assert(
    fc.property(
      anyType.filter((one) => !show(one).includes("nothing")),
      (one) => assert.is(once(show(one)), show(read<Type>("type", show(one)).value)),
    ),
  );
});

test("reading any text never throws, tells of an error where it gives nothing, and every span lies inside", () => {
  const pieces = fc.constantFrom(
    ..."value|.score| and | or |not | in | if | else |(|)|[|]|{|}|{{|}}|, |: |\"|'|\\|<|>|<=|==|=|&&|!|?|??|list|text|int|1|1.5|1e999|-|+|*|/|%|| |\n|é|\u{1f600}|\ud800|§".split(
      "|",
    ),
    "|",
  );
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 16 }).map((parts) => parts.join("")),
    fc.string({ unit: "binary", maxLength: 40 }),
  );
  fc.assert(
    fc.property(texts, fc.constantFrom("expression" as const, "type" as const, "template" as const), (text, kind) => {
      const { value, found } = read(kind, text);
      assert.ok(value !== null || found.length > 0, JSON.stringify(text));
      for (const { span } of found)
        assert.ok(span && span.start >= 100 && span.end >= span.start && span.end <= 100 + text.length, JSON.stringify(text));
    }),
    { numRuns: 1000 },
  );
});

test("every error of a text is told at once, each where it is", () => {
  assert.equal(read("expression", "value. >= 7 and and x").told, ["expr/syntax >=", "expr/syntax and"]);
  assert.equal(read("template", "{{ a. }} and {{ b + }} and {{ c").told, ["expr/syntax ", "expr/syntax ", "expr/unclosed-hole {{"]);
  assert.equal(read("expression", "a && !b").told, ["expr/foreign-operator &&", "expr/foreign-operator !"]);
  assert.equal(read("type", "list<string> | {a: integer, a: int}").told, [
    "expr/unknown-type string",
    "expr/duplicate-field a",
    "expr/unknown-type integer",
  ]);
});

test("words of the grammar may be fields, and names may hold hyphens", () => {
  assert.equal(bare(read("expression", "value.if.fact-check").value), {
    kind: "member",
    of: { kind: "member", of: { kind: "name", name: "value" }, name: { text: "if" } },
    name: { text: "fact-check" },
  });
  assert.is((read("expression", "a - b").value as { readonly kind: string }).kind, "binary");
  assert.is((read("expression", "a-b").value as { readonly kind: string }).kind, "name");
});

test("a pipe is a call with what stands before it as its first argument, and binds tighter than arithmetic", () => {
  assert.equal(bare(read("expression", "items | join(', ')").value), bare(read("expression", "join(items, ', ')").value));
  assert.equal(bare(read("expression", "1 + items | length").value), bare(read("expression", "1 + length(items)").value));
});

test("comparisons make no chain", () => {
  assert.equal(read("expression", "1 < x < 3").told, ["expr/syntax <"]);
});

test("what nests too deep, or is too long, is refused in time", () => {
  const nested = [
    `${"(".repeat(50_000)}x${")".repeat(50_000)}`,
    "[".repeat(5000),
    `${"not ".repeat(900)}x`,
    Array(400).fill("x").join(" + "),
  ];
  for (const text of [...nested, Array(5000).fill("x").join(" + "), `${"x if y else ".repeat(300)}z`]) {
    assert.equal(
      read("expression", text).found.map(({ code }) => code),
      ["expr/too-complex"],
    );
  }
  assert.equal(
    read("type", `${"list<".repeat(5000)}int${">".repeat(5000)}`).found.map(({ code }) => code),
    ["expr/too-complex"],
  );
  assert.equal(read("type", `int${"?".repeat(500)}`).told, []);
});

test("holes end on their line, may hold braces and texts with braces, and a backslash keeps them shut", () => {
  const parts = (text: string) =>
    (read<readonly { kind: string; text?: string }[]>("template", text).value ?? []).map(({ kind, text: literal }) => literal ?? kind);
  assert.equal(parts("a {{ x }} b"), ["a ", "hole", " b"]);
  assert.equal(parts("{{ {a: {b: 1}} }}!"), ["hole", "!"]);
  assert.equal(parts('{{ "}}" }}'), ["hole"]);
  assert.equal(parts("\\{{ x }} { y } }}"), ["{{", " x }} { y } }}"]);
  assert.equal(parts("no holes\n"), ["no holes\n"]);
  assert.equal(read("template", "{{ a\n}}").told, ["expr/unclosed-hole {{"]);
});

test.run();
