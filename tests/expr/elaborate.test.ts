import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { evaluateFlow, type Known } from "../../compiler/5-lower/flow/evaluate.ts";
import { flow } from "../../compiler/5-lower/flow/outcome.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { showExpr } from "../../compiler/emit/show-expr.ts";
import { elaborate, elaborateCondition, elaborateTemplate } from "../../compiler/expr/elaborate.ts";
import type { Names } from "../../compiler/expr/elaboration.ts";
import { reader } from "../../compiler/expr/reader.ts";
import type { ExprSource } from "../../compiler/expr/source.ts";
import { builtins } from "../../compiler/ir/builtins.ts";
import { type Env, evaluate } from "../../compiler/ir/eval.ts";
import type { Expr } from "../../compiler/ir/expr.ts";
import type { Json } from "../../compiler/ir/json.ts";
import { accepts, show, type Type, union } from "../../compiler/ir/types.ts";
import { builtinType, typeOfValue } from "../../compiler/ir/typing.ts";
import { expr, json, type, valuesOf } from "../support/arbitrary.ts";
import { syntax } from "../support/arbitrary-syntax.ts";
import { printSyntax } from "../support/print-syntax.ts";

const test = suite("types of expressions");
const none = (diagnostic: Diagnostic) => assert.unreachable(diagnostic.message);

function sourceOf(text: string): ExprSource {
  return { text, raw: text, span: { file: "f", start: 0, end: text.length } };
}

function typeOf(text: string): Type {
  return reader.type(sourceOf(text), none) ?? { kind: "any" };
}

const names: Names = {
  value: {
    expr: { kind: "outcome", op: "op", field: "value" },
    type: typeOf("{score: int, notes: list<text>, title?: text, fact-check: bool, verdict: 'ok' | 'bad', sub: {a1: number}?}"),
  },
  key: { expr: { kind: "outcome", op: "op", field: "key" }, type: typeOf("'approve' | 'revise'") },
  input: { expr: { kind: "input" }, type: typeOf("any") },
};

/** The type of an expression's value, and what is told of it. */
function checked(text: string) {
  const source = sourceOf(text);
  const found: Diagnostic[] = [];
  const read = reader.expression(source, none);
  assert.ok(read, text);
  const made = read && elaborate(read, names, source, (diagnostic) => found.push(diagnostic));
  const told = found.map(({ code, span }) => `${code} ${text.slice(span?.start, span?.end)}`);
  return { type: show(made?.type ?? { kind: "null" }), told };
}

test("types are those of the values, nullable where there may be none", () => {
  const types = {
    "value.score >= 7 and key != 'revise'": "bool",
    "value.notes[1]": "text?",
    "value.title": "text?",
    "value.title | default('')": 'text | ""',
    "value.score + 1": "int?",
    "value.score / 2": "number?",
    "value.notes | join(', ')": "text",
    "value.notes | length": "int",
    "value.sub.a1": "number?",
    "value.fact-check": "bool",
    "'ok' if value.fact-check else 1": '"ok" | int',
    "[1, 'a']": 'list<int | "a">',
    "{a: value.score}": "{a: int}",
    "input.whatever.deep": "any",
    "value['fact-check']": "bool",
    "key | upper": '"APPROVE" | "REVISE"',
    "'x' in value.notes": "bool",
  };
  for (const [text, expected] of Object.entries(types)) assert.equal(checked(text), { type: expected, told: [] }, text);
});

test("what makes no sense is told once, at the part that is wrong", () => {
  const wrong = {
    "valu.score": "expr/unknown-name valu",
    "value.scor > 1": "expr/unknown-field scor",
    "value.score.deep": "expr/no-fields deep",
    "value.score > 'a'": "expr/wrong-operand 'a'",
    "value.score and true": "expr/wrong-operand value.score",
    "not value.notes": "expr/wrong-operand value.notes",
    "value.title - 1": "expr/wrong-operand value.title",
    "-value.notes": "expr/wrong-operand value.notes",
    "value.score[1]": "expr/wrong-operand value.score",
    "value.notes['x']": "expr/no-fields 'x'",
    "value.notes[1.5]": "expr/wrong-operand 1.5",
    "1 in value.score": "expr/wrong-operand value.score",
    "5 in 'abc'": "expr/wrong-operand 5",
    "value.notes | joined(',')": "expr/unknown-function joined",
    "value.notes | join": "expr/argument-count join",
    "value.score | join(',')": "expr/wrong-argument value.score",
    "value.title | upper": "expr/may-be-null value.title",
    "value.score == '7'": "expr/never-equal value.score == '7'",
    "key == 'aprove'": "expr/never-equal key == 'aprove'",
    "key in ['x', 'y']": "expr/never-equal key in ['x', 'y']",
    "{a: 1, a: 2}": "expr/duplicate-field a",
    "1 if value.score else 2": "expr/wrong-operand value.score",
  };
  for (const [text, told] of Object.entries(wrong)) assert.equal(checked(text).told, [told], text);
});

test("a difference of names without spaces is proposed with them", () => {
  const found: Diagnostic[] = [];
  const source = sourceOf("value.score-1 > 0");
  const read = reader.expression(source, none);
  if (read) elaborate(read, names, source, (diagnostic) => found.push(diagnostic));
  assert.is(found[0]?.help, "did you mean `score - 1`?");
});

test("a guard has to be true or false, or not known", () => {
  const told = (text: string) => {
    const found: string[] = [];
    const source = sourceOf(text);
    const read = reader.expression(source, none);
    if (read) elaborateCondition(read, names, source, ({ code }) => found.push(code));
    return found;
  };
  assert.equal(
    [told("value.score"), told("value.fact-check"), told("input.x"), told("null")],
    [["expr/wrong-operand"], [], [], ["expr/wrong-operand"]],
  );
});

test("a template is its texts and its checked holes; one that may be null is told", () => {
  const source = sourceOf("{{ value.title }} and {{ value.notes | join(', ') }}");
  const found: string[] = [];
  const parts = elaborateTemplate(reader.template(source, none) ?? [], names, { source, report: ({ code }) => found.push(code) });
  assert.equal(found, ["expr/may-be-null"]);
  const env = envOf({ title: "T", notes: ["a", "b"] });
  assert.is(evaluate({ kind: "template", parts }, env), "T and a, b");
});

test("types never lie: what an expression without a finding gives is of its type, and evaluating never throws", () => {
  const values = valuesOf(names["value"]?.type ?? { kind: "any" });
  let sound = 0;
  fc.assert(
    fc.property(
      syntax(Object.keys(names)),
      values ?? fc.constant(null),
      json,
      fc.constantFrom("approve", "revise"),
      (one, value, input, key) => {
        const source = sourceOf(printSyntax(one));
        let told = 0;
        const made = elaborate(one, names, source, ({ severity }) => {
          if (severity === "error") told += 1;
        });
        const got = evaluate(made.expr, { ...envOf(value, key), input: () => input });
        if (told > 0) return;
        sound += 1;
        assert.ok(accepts(made.type, got), `${source.text}: ${JSON.stringify(got)} is no ${show(made.type)}`);
      },
    ),
    { numRuns: 3000 },
  );
  assert.ok(sound > 300, `only ${sound} made sense`);
});

test("an operand or argument that is told of changes nothing, whatever it is", () => {
  const uses = [
    ..."a and b|a or b|a == b|a < b|a >= b|a + b|a - b|a * b|a % b|a in b|a[b]|not a|-a|1 if a else 2".split("|"),
    ...Object.entries(builtins).map(([name, { params }]) => `${name}(${["a", "b"].slice(0, params.length).join(", ")})`),
  ];
  // No numbers: one may be whole, and is then what was asked for.
  const solid = fc.constantFrom("text", "int", "bool", "list<int>", "list<text>", "{a: int}", "'x' | 'y'", "failure").map(typeOf);
  const counts = { told: 0 };
  fc.assert(
    fc.property(fc.constantFrom(...uses), solid, solid, fc.gen(), (use, a, b, gen) => {
      const at = (name: string, type: Type): Names => ({ [name]: { expr: { kind: "local", name }, type } });
      const found: Diagnostic[] = [];
      const source = sourceOf(use);
      const read = reader.expression(source, none);
      const made = read && elaborate(read, { ...at("a", a), ...at("b", b) }, source, (one) => found.push(one));
      const told = found.filter(({ code }) => code === "expr/wrong-operand" || code === "expr/wrong-argument");
      const wrong = told.map(({ span }) => use.slice(span?.start, span?.end));
      if (wrong.length === 0) return;
      const value = (type: Type) => gen(() => valuesOf(type) ?? fc.constant(null));
      const given = { a: value(a), b: value(b) };
      const other = { ...given, ...(wrong.includes("a") ? { a: value(a) } : {}), ...(wrong.includes("b") ? { b: value(b) } : {}) };
      counts.told += wrong.length;
      const answers = made ? [given, other].map((locals) => evaluate(made.expr, envOf(null), locals)) : [];
      assert.equal(answers[0], answers[1], `${use}; ${wrong}: ${JSON.stringify([given, other])}`);
    }),
    { numRuns: 3000, endOnFailure: true },
  );
  assert.ok(counts.told > 1000);
});

test("an expression of a plan is shown as it can be written: read again, it is the same", () => {
  const shown = (one: Expr) => showExpr(one, { name: (_op, field) => field });
  const read = (text: string) => {
    const syntax = reader.expression(sourceOf(text), none);
    return syntax && elaborate(syntax, names, sourceOf(text), () => {}).expr;
  };
  fc.assert(
    fc.property(syntax(["value", "key", "input"]).map(printSyntax), (text) => {
      const first = read(text.toWellFormed());
      if (!first) return;
      const again = shown(first);
      assert.equal(read(again), first, again);
      const [most, least] = [again, text].map((one) => one.split("(").length);
      assert.ok((most ?? 0) <= (least ?? 0), `${again} has more parentheses than ${text}`);
    }),
    { numRuns: 3000 },
  );
});

test("what is found out of any expression of a plan holds for its value", () => {
  const typed = type.map((of) => ({ of, values: valuesOf(of) })).filter(({ values }) => values !== null);
  const given = typed.chain(({ of, values }) => (values ?? fc.constant(null)).map((value) => ({ of, value })));
  fc.assert(
    fc.property(expr, given, given, fc.boolean(), (any, input, value, failed) => {
      const outcome = [
        { key: { kind: "text" } as const, value: flow(value.of), failed: false },
        { key: { kind: "literal", value: "error" } as const, value: flow(value.of), failed: true },
      ];
      const loop = { state: flow(input.of), item: flow(input.of) };
      const known: Known = {
        input: flow(input.of),
        outcomes: new Map([
          ["draft", outcome],
          ["x", outcome],
        ]),
        narrowed: () => undefined,
        loops: new Map(["draft", "loop", "x"].map((op) => [op, loop])),
        locals: {},
      };
      const env: Env = {
        ...envOf(value.value, failed ? "error" : "done"),
        input: () => input.value,
        outcome: (_op, field) => (field === "value" ? value.value : field === "failed" ? failed : failed ? "error" : "done"),
        loop: (kind) => (kind === "index" ? 1 : input.value),
      };
      const got = evaluate(any, env);
      const found = evaluateFlow(any, known).type;
      assert.ok(accepts(found, got), `${JSON.stringify(got)} is no ${show(found)}`);
    }),
    { numRuns: 3000 },
  );
});

test("each builtin answers with a value of its type, whatever it is given", () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(builtins)), fc.array(json, { maxLength: 3 }), (name, args) => {
      const got = builtins[name]?.run(...args) ?? null;
      const found = builtinType(name, args.map(typeOfValue));
      assert.ok(accepts(found, got), `${name}(${JSON.stringify(args)}) is ${JSON.stringify(got)}, no ${show(found)}`);
    }),
    { numRuns: 1000 },
  );
});

test("a value is of the type that it is given", () => {
  fc.assert(fc.property(json, (value) => accepts(union([typeOfValue(value)]), value)));
});

function envOf(value: Json, key = "approve"): Env {
  const same = () => value;
  return {
    text: () => "text",
    task: () => "task",
    input: same,
    keys: () => null,
    loop: same,
    outcome: (_op, field) => (field === "key" ? key : value),
  };
}

test.run();
