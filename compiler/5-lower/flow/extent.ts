import { any, list, type Type, union } from "../../ir/types.ts";

/** How deep types are followed: one that grows, from turn to turn of a loop or from fan-out to fan-out, may be anything below. */
const maxDepth = 16;
/** How many parts a type that is handed on has at most: fan-outs that share workers would else multiply what each of them answers. */
const maxParts = 500;

/** The type, as deep as it can be told within bounds: what lies below may be anything. */
export function withinBounds(type: Type): Type {
  if (!isLarge(type)) return type;
  for (let depth = maxDepth; depth > 0; depth -= 1) if (countParts(type, depth) <= maxParts) return shallow(type, depth);
  return any;
}

/** Whether a type is deeper or has more parts than is followed. Looks at no more parts than that. */
export function isLarge(type: Type): boolean {
  return countParts(type, maxDepth) > maxParts || isDeeper(type, maxDepth);
}

/** How many parts a type has down to a depth; some number above the most where it has more than that. */
function countParts(type: Type, depth: number, most = maxParts): number {
  let count = 0;
  for (const part of depth === 0 ? [] : partsOf(type)) {
    count += 1 + countParts(part, depth - 1, most - count);
    if (count > most) break;
  }
  return count;
}

function isDeeper(type: Type, depth: number): boolean {
  return partsOf(type).some((part) => depth === 0 || isDeeper(part, depth - 1));
}

function shallow(type: Type, depth: number): Type {
  if (depth === 0) return partsOf(type).length > 0 ? any : type;
  if (type.kind === "list") return list(shallow(type.item, depth - 1));
  if (type.kind === "union") return union(type.members.map((member) => shallow(member, depth - 1)));
  if (type.kind !== "object") return type;
  const fields = Object.entries(type.fields).map(([name, field]) => [name, shallow(field, depth - 1)] as const);
  return { ...type, fields: Object.fromEntries(fields) };
}

/** What a type is made of. Words are no parts: a table of thousands of states has as many. */
function partsOf(type: Type): readonly Type[] {
  if (type.kind === "list") return [type.item];
  if (type.kind === "union") return type.members.filter(({ kind }) => kind !== "literal");
  return type.kind === "object" ? Object.values(type.fields) : [];
}
