import { type Type, union } from "../../ir/types.ts";
import { alternatives } from "../../ir/typing.ts";
import { isLarge } from "./extent.ts";
import { type Flow, flow } from "./outcome.ts";

/** A state by its alternatives: where a field is one of several constants, as the name of an fsm's state is, once for each. */
export function statesOf({ type, from }: Flow): readonly Flow[] {
  if (isLarge(type)) return [flow({ kind: "any" }, from)];
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
