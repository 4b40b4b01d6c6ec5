import { any, list, type Type, union } from "../../ir/types.ts";
import { alternatives } from "../../ir/typing.ts";
import { type Flow, flow } from "./outcome.ts";

/** How deep types are followed: one that grows, from turn to turn of a loop or from fan-out to fan-out, may be anything below. */
export const maxDepth = 16;

/** A state by its alternatives: where a field is one of several constants, as the name of an fsm's state is, once for each. */
export function statesOf({ type, from }: Flow): readonly Flow[] {
  if (isDeeper(type, maxDepth)) return [flow({ kind: "any" }, from)];
  const apart = alternatives(type).flatMap((one) => (one.kind === "object" ? split(one) : [one]));
  const objects = apart.filter(({ kind }) => kind === "object");
  const others = apart.filter(({ kind }) => kind !== "object");
  return [...objects, ...(others.length > 0 ? [union(others)] : [])].map((one) => flow(one, from));
}

function split(type: Type & { readonly kind: "object" }): readonly Type[] {
  const found = Object.entries(type.fields).find(([, field]) => field.kind === "union" && alternatives(field).every(isConstant));
  if (!found) return [type];
  const [name, field] = found;
  return alternatives(field).flatMap((one) => split({ ...type, fields: { ...type.fields, [name]: one } }));
}

function isConstant({ kind }: Type): boolean {
  return kind === "literal" || kind === "null" || kind === "bool";
}

/** A type whose parts below a depth may be anything. */
export function shallow(type: Type, depth: number): Type {
  if (depth === 0) return any;
  if (type.kind === "list") return list(shallow(type.item, depth - 1));
  if (type.kind === "union") return union(type.members.map((member) => shallow(member, depth - 1)));
  if (type.kind !== "object") return type;
  const fields = Object.entries(type.fields).map(([name, field]) => [name, shallow(field, depth - 1)] as const);
  return { ...type, fields: Object.fromEntries(fields) };
}

/** Whether a type nests deeper than so many levels. */
export function isDeeper(type: Type, depth: number): boolean {
  if (depth === 0) return true;
  if (type.kind === "list") return isDeeper(type.item, depth - 1);
  if (type.kind === "union") return type.members.some((member) => isDeeper(member, depth - 1));
  return type.kind === "object" && Object.values(type.fields).some((field) => isDeeper(field, depth - 1));
}
