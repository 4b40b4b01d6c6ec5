import { closest } from "../diagnostics/closest.ts";
import { exprDuplicateField, exprUnknownType } from "../diagnostics/codes.generated.ts";
import { any, list, type Type, union } from "../ir/types.ts";
import { unreachable } from "../ir/unreachable.ts";
import type { Tell } from "./source.ts";
import type { TypeField, TypeSyntax, Word } from "./syntax.ts";

const simple = ["text", "int", "number", "bool", "null", "any", "failure"] as const;

/** What other languages call our types. */
const aliases: Readonly<Record<string, string>> = {
  array: "list<any>",
  boolean: "bool",
  dict: "{name: type}",
  double: "number",
  float: "number",
  integer: "int",
  list: "list<any>",
  object: "{name: type}",
  str: "text",
  string: "text",
};

/** The type that a syntax stands for. What is unknown is told, and then `any`. */
export function toType(syntax: TypeSyntax, tell: Tell): Type {
  switch (syntax.kind) {
    case "name":
      return named(syntax.name, syntax, tell);
    case "text":
      return { kind: "literal", value: syntax.value };
    case "list":
      return list(toType(syntax.item, tell));
    case "nullable":
      return union([toType(syntax.of, tell), { kind: "null" }]);
    case "union":
      return union(syntax.members.map((member) => toType(member, tell)));
    case "object":
      return object(syntax.fields, tell);
    default:
      return unreachable(syntax);
  }
}

/** Tells of each name that stands twice. */
export function tellDuplicates(names: readonly Word[], tell: Tell): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.text)) tell(name, (span) => exprDuplicateField(span, { name: name.text }));
    seen.add(name.text);
  }
}

function named(name: string, extent: TypeSyntax, tell: Tell): Type {
  const kind = simple.find((known) => known === name);
  if (kind) return { kind };
  const alias = Object.hasOwn(aliases, name.toLowerCase()) ? aliases[name.toLowerCase()] : undefined;
  tell(extent, (span) => exprUnknownType(span, { name, closest: alias ?? closest(name, [...simple, "list<any>"]) }));
  return any;
}

function object(fields: readonly TypeField[], tell: Tell): Type {
  tellDuplicates(
    fields.map(({ name }) => name),
    tell,
  );
  return {
    kind: "object",
    fields: Object.fromEntries(fields.map(({ name, type }) => [name.text, toType(type, tell)])),
    optional: fields.flatMap(({ name, isOptional }) => (isOptional ? [name.text] : [])),
  };
}
