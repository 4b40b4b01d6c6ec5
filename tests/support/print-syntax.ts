import type { Syntax, TypeSyntax } from "../../compiler/expr/syntax.ts";

/** An expression with as few parentheses as its meaning needs, so that precedence is put to the test. */
export function printSyntax(syntax: Syntax): string {
  return print(syntax, 0);
}

/** A type, with a union in parentheses where it is not the whole. */
export function printType(syntax: TypeSyntax): string {
  switch (syntax.kind) {
    case "name":
      return syntax.name;
    case "text":
      return JSON.stringify(syntax.value);
    case "list":
      return `list<${printType(syntax.item)}>`;
    case "object":
      return `{${syntax.fields.map(({ name, isOptional, type }) => `${JSON.stringify(name.text)}${isOptional ? "?" : ""}: ${printType(type)}`).join(", ")}}`;
    case "nullable":
      return `${syntax.of.kind === "union" ? `(${printType(syntax.of)})` : printType(syntax.of)}?`;
    case "union":
      return syntax.members.map((member) => (member.kind === "union" ? `(${printType(member)})` : printType(member))).join(" | ");
  }
}

/** How tightly the parts of an expression bind, loosest first. */
const levels: Readonly<Record<string, number>> = {
  if: 0,
  or: 1,
  and: 2,
  not: 3,
  compare: 4,
  "+": 5,
  "-": 5,
  "*": 6,
  "/": 6,
  "%": 6,
  minus: 7,
};
const comparisons = new Set(["==", "!=", "<", "<=", ">", ">=", "in"]);
const tightest = 8;

function print(syntax: Syntax, level: number): string {
  const own = levelOf(syntax);
  const text = printAt(syntax, own);
  return own < level ? `(${text})` : text;
}

function levelOf(syntax: Syntax): number {
  if (syntax.kind === "if") return 0;
  if (syntax.kind === "unary") return syntax.operator === "not" ? 3 : 7;
  if (syntax.kind !== "binary") return tightest;
  return (comparisons.has(syntax.operator) ? levels["compare"] : levels[syntax.operator]) ?? 0;
}

function printAt(syntax: Syntax, own: number): string {
  switch (syntax.kind) {
    case "literal":
      return JSON.stringify(syntax.value);
    case "name":
      return syntax.name;
    case "member":
      return `${print(syntax.of, tightest)}.${syntax.name.text}`;
    case "index":
      return `${print(syntax.of, tightest)}[${print(syntax.index, 0)}]`;
    case "list":
      return `[${syntax.items.map((item) => print(item, 0)).join(", ")}]`;
    case "object":
      return `{${syntax.fields.map(({ name, value }) => `${JSON.stringify(name.text)}: ${print(value, 0)}`).join(", ")}}`;
    case "if":
      return `${print(syntax.then, 1)} if ${print(syntax.when, 1)} else ${print(syntax.else, 0)}`;
    case "unary":
      return syntax.operator === "not" ? `not ${print(syntax.operand, own)}` : `-${print(syntax.operand, own)}`;
    case "binary": {
      const isComparison = comparisons.has(syntax.operator);
      return `${print(syntax.left, isComparison ? own + 1 : own)} ${syntax.operator} ${print(syntax.right, own + 1)}`;
    }
    case "call":
      return `${syntax.name.text}(${syntax.args.map((arg) => print(arg, 0)).join(", ")})`;
  }
}
