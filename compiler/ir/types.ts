import { canonical, isList, isObject, type Json, type JsonObject } from "./json.ts";
import { unreachable } from "./unreachable.ts";

/** The type of a value. `any` is what is not known; `failure` is a failed step as a value. */
export type Type =
  | { readonly kind: "text" | "int" | "number" | "bool" | "null" | "any" | "failure" }
  | { readonly kind: "literal"; readonly value: string }
  | { readonly kind: "list"; readonly item: Type }
  | { readonly kind: "object"; readonly fields: Readonly<Record<string, Type>>; readonly optional: readonly string[] }
  | { readonly kind: "union"; readonly members: readonly Type[] };

export const text: Type = { kind: "text" };
export const any: Type = { kind: "any" };

/** The list type of `item`. */
export function list(item: Type): Type {
  return { kind: "list", item };
}

/** The union of `members`, flattened, without repeats; one member stands for itself. */
export function union(members: readonly Type[]): Type {
  const [only] = members;
  if (only && members.length === 1) return only;
  const flat = members.flatMap((member) => (member.kind === "union" ? member.members : [member]));
  if (flat.some((member) => member.kind === "any")) return any;
  const distinct = [...new Map(flat.map((member) => [show(member), member])).values()];
  const [first] = distinct;
  return distinct.length === 1 && first ? first : { kind: "union", members: distinct };
}

/** A type as people write it: `list<{title: text, score: int?}>`. */
export function show(type: Type): string {
  switch (type.kind) {
    case "literal":
      return JSON.stringify(type.value);
    case "list":
      return `list<${show(type.item)}>`;
    case "object":
      return `{${Object.entries(type.fields)
        .map(([name, field]) => `${showName(name)}${type.optional.includes(name) ? "?" : ""}: ${show(field)}`)
        .join(", ")}}`;
    case "union":
      return showUnion(type.members);
    default:
      return type.kind;
  }
}

/** Whether every value of `from` may stand where `to` is expected. Anything may stand where text is, as canonical JSON; in it nothing changes. */
export function assignable(from: Type, to: Type): boolean {
  return to.kind === "text" || isSubtype(from, to);
}

/** Whether every value of `from` is one of `to`. `any` stands for whatever is asked of it. */
export function isSubtype(from: Type, to: Type): boolean {
  if (to.kind === "any" || from.kind === "any") return true;
  if (from.kind === "union") return from.members.every((member) => isSubtype(member, to));
  if (to.kind === "union") return to.members.some((member) => isSubtype(from, member));
  if (from.kind === "int" && to.kind === "number") return true;
  if (from.kind === "literal") return to.kind === "text" || (to.kind === "literal" && from.value === to.value);
  if (from.kind === "list" && to.kind === "list") return isSubtype(from.item, to.item);
  if (to.kind === "object" && from.kind === "object") return fieldsFit(from, to);
  if (to.kind === "object" && from.kind === "failure") return fieldsFit(failureFields, to);
  return from.kind === to.kind;
}

/** Whether a value is of a type: what `finish`, `code` and answers are checked with at run time. */
export function accepts(type: Type, value: Json): boolean {
  switch (type.kind) {
    case "any":
      return true;
    case "text":
      return typeof value === "string";
    case "int":
      return typeof value === "number" && Number.isInteger(value);
    case "number":
      return typeof value === "number";
    case "bool":
      return typeof value === "boolean";
    case "null":
      return value === null;
    case "failure":
      return accepts(failureFields, value);
    case "literal":
      return value === type.value;
    case "list":
      return isList(value) && value.every((item) => accepts(type.item, item));
    case "object":
      return (
        isObject(value) &&
        Object.entries(type.fields).every(([name, field]) => acceptsField(type.optional, value as JsonObject, name, field))
      );
    case "union":
      return type.members.some((member) => accepts(member, value));
    default:
      return unreachable(type);
  }
}

/** The JSON Schema of a type, for tools' parameters and structured outputs. @see JSON Schema 2020-12 */
export function jsonSchema(type: Type): JsonObject {
  switch (type.kind) {
    case "any":
      return {};
    case "text":
      return { type: "string" };
    case "int":
      return { type: "integer" };
    case "number":
      return { type: "number" };
    case "bool":
      return { type: "boolean" };
    case "null":
      return { type: "null" };
    case "failure":
      return { type: "object", properties: { code: { type: "string" }, message: { type: "string" } }, required: ["code", "message"] };
    case "literal":
      return { const: type.value };
    case "list":
      return { type: "array", items: jsonSchema(type.item) };
    case "object":
      return objectSchema(type.fields, type.optional);
    case "union":
      return unionSchema(type.members);
    default:
      return unreachable(type);
  }
}

/** Whether a name is a word of the language, so that it needs no quotes. */
export function isWord(name: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_]*(?:-[\p{L}\p{N}_]+)*$/u.test(name);
}

/** A field's name as people write it: in quotes where it is no word. */
export function showName(name: string): string {
  return isWord(name) ? name : JSON.stringify(name);
}

function showUnion(members: readonly Type[]): string {
  if (members.length === 0) return "nothing";
  const solid = members.filter((member) => member.kind !== "null");
  const [only] = solid;
  if (only && solid.length === 1 && members.length === 2) return `${show(only)}?`;
  return members.map(show).join(" | ");
}

/** A failed step as an object: `details` may be anything. */
export const failureFields: Type & { readonly kind: "object" } = {
  kind: "object",
  fields: { code: text, message: text, path: text, details: any },
  optional: ["details"],
};

function fieldsFit(from: Type & { kind: "object" }, to: Type & { kind: "object" }): boolean {
  return Object.entries(to.fields).every(([name, field]) => fieldFits(from, name, field, to.optional.includes(name)));
}

function fieldFits(from: Type & { kind: "object" }, name: string, to: Type, mayMiss: boolean): boolean {
  const field = Object.hasOwn(from.fields, name) ? from.fields[name] : undefined;
  if (!field) return mayMiss;
  return isSubtype(field, to) && (mayMiss || !from.optional.includes(name));
}

function acceptsField(optional: readonly string[], value: JsonObject, name: string, field: Type): boolean {
  const given = Object.hasOwn(value, name) ? value[name] : undefined;
  return given === undefined ? optional.includes(name) : accepts(field, given);
}

function objectSchema(fields: Readonly<Record<string, Type>>, optional: readonly string[]): JsonObject {
  const properties = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, jsonSchema(field)]));
  const required = Object.keys(fields).filter((name) => !optional.includes(name));
  return { type: "object", properties, required, additionalProperties: false };
}

function unionSchema(members: readonly Type[]): JsonObject {
  const words = members.flatMap((member) => (member.kind === "literal" ? [member.value] : []));
  if (words.length === members.length) return { enum: words };
  const schemas = members.map(jsonSchema);
  return { anyOf: [...new Map(schemas.map((schema) => [canonical(schema), schema])).values()] };
}
