import { builtins } from "./builtins.ts";
import type { BinaryOperator, UnaryOperator } from "./expr.ts";
import { isList, type Json } from "./json.ts";
import { any, failureFields, list, type Type, text, union } from "./types.ts";

/*
 * What `evaluate` answers, as types, for operands of any types. Total like evaluation itself, and never wrong: the value is
 * of the type, as long as the operands are of theirs. What has no answer (an index too far, a division by zero) is null.
 */

const bool: Type = { kind: "bool" };
const nothing: Type = { kind: "null" };
const int: Type = { kind: "int" };
const number: Type = { kind: "number" };

/** The narrowest type of a value that the language can name. */
export function typeOfValue(value: Json): Type {
  if (value === null) return nothing;
  if (typeof value === "string") return { kind: "literal", value };
  if (typeof value === "boolean") return bool;
  if (typeof value === "number") return Number.isInteger(value) ? int : number;
  if (isList(value)) return list(union(value.map(typeOfValue)));
  return {
    kind: "object",
    fields: Object.fromEntries(Object.entries(value).map(([name, field]) => [name, typeOfValue(field)])),
    optional: [],
  };
}

/** The alternatives that a type is made of: itself, if it is no union. */
export function alternatives(type: Type): readonly Type[] {
  return type.kind === "union" ? type.members.flatMap(alternatives) : [type];
}

/** Whether null is of the type. */
export function isNullable(type: Type): boolean {
  return alternatives(type).some(({ kind }) => kind === "null");
}

/** The type less null. */
export function withoutNull(type: Type): Type {
  return type.kind === "union" ? union(alternatives(type).filter(({ kind }) => kind !== "null")) : type;
}

/** What `x.name` gives. Objects may hold more than their type says, so a field that it does not name may be anything. */
export function fieldType(of: Type, name: string): Type {
  return union(alternatives(of).map((one) => fieldOfOne(one, name)));
}

/** What `x[index]` gives: null where there is no such item. */
export function itemType(of: Type): Type {
  return union(alternatives(of).map((one) => (one.kind === "any" ? any : one.kind === "list" ? union([one.item, nothing]) : nothing)));
}

/** What `not x` or `-x` gives. */
export function unaryType(operator: UnaryOperator, operand: Type): Type {
  if (operator === "not") return bool;
  return union(
    alternatives(operand).map(({ kind }) => (kind === "int" ? int : kind === "number" ? number : kind === "any" ? any : nothing)),
  );
}

/** What two operands give. Arithmetic that has no answer is null. */
export function binaryType(operator: BinaryOperator, left: Type, right: Type): Type {
  if (!arithmetic.has(operator)) return bool;
  return union(alternatives(left).flatMap((a) => alternatives(right).map((b) => arithmeticType(operator, a, b))));
}

/** What a builtin gives for arguments of these types; null for one that is not known. */
export function builtinType(name: string, args: readonly Type[]): Type {
  const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
  if (!builtin) return nothing;
  return typeof builtin.result === "function" ? builtin.result(args) : builtin.result;
}

/** Whether no value is of both types, as far as their kinds tell: comparing such is always false. */
export function areDisjoint(a: Type, b: Type): boolean {
  return alternatives(a).every((one) => alternatives(b).every((other) => !overlap(one, other)));
}

const arithmetic: ReadonlySet<BinaryOperator> = new Set(["+", "-", "*", "/", "%"]);

function fieldOfOne(of: Type, name: string): Type {
  if (of.kind === "any") return any;
  if (of.kind === "failure") return fieldOfOne(failureFields, name);
  if (of.kind !== "object") return nothing;
  const field = Object.hasOwn(of.fields, name) ? of.fields[name] : undefined;
  if (!field) return any;
  return of.optional.includes(name) ? union([field, nothing]) : field;
}

function arithmeticType(operator: BinaryOperator, a: Type, b: Type): Type {
  if (operator === "+" && isText(a) && isText(b)) return text;
  if (a.kind === "any" || b.kind === "any") return any;
  if (!isNumber(a) || !isNumber(b)) return nothing;
  return union([a.kind === "int" && b.kind === "int" && operator !== "/" ? int : number, nothing]);
}

/** Whether the values of a type, itself no union, are numbers. */
export function isNumber({ kind }: Type): boolean {
  return kind === "int" || kind === "number";
}

/** Whether the values of a type, itself no union, are texts. */
export function isText({ kind }: Type): boolean {
  return kind === "text" || kind === "literal";
}

function overlap(a: Type, b: Type): boolean {
  if (a.kind === "any" || b.kind === "any") return true;
  if (a.kind === "literal" && b.kind === "literal") return a.value === b.value;
  if (isText(a) || isText(b)) return isText(a) && isText(b);
  if (isNumber(a) || isNumber(b)) return isNumber(a) && isNumber(b);
  if (a.kind === "list" && b.kind === "list") return true;
  return isObject(a) ? isObject(b) : a.kind === b.kind;
}

function isObject({ kind }: Type): boolean {
  return kind === "object" || kind === "failure";
}
