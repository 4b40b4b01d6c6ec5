import { isSubtype, show, type Type } from "../../ir/types.ts";

/** Where a type is not what another asks for, in words: the innermost place where the two differ. */
export interface Misfit {
  /** ` in `a.b``, or nothing where the types differ as a whole. */
  readonly where: string;
  readonly expected: string;
  readonly found: string;
}

/** The first difference that forbids `from` where `to` is expected. */
export function misfit(from: Type, to: Type, path: readonly string[] = []): Misfit {
  if (from.kind === "list" && to.kind === "list") return misfit(from.item, to.item, [...path, "each item"]);
  if (from.kind === "object" && to.kind === "object") return fieldMisfit(from, to, path);
  const where = path.length === 0 ? "" : ` in \`${path.join(".")}\``;
  return { where, expected: show(to), found: show(from) };
}

function fieldMisfit(from: Type & { kind: "object" }, to: Type & { kind: "object" }, path: readonly string[]): Misfit {
  for (const [name, wanted] of Object.entries(to.fields)) {
    const mayMiss = to.optional.includes(name);
    const given = Object.hasOwn(from.fields, name) ? from.fields[name] : undefined;
    if (given && !isSubtype(given, wanted)) return misfit(given, wanted, [...path, name]);
    const where = ` in \`${[...path, name].join(".")}\``;
    if (!given && !mayMiss) return { where, expected: show(wanted), found: "nothing" };
    if (from.optional.includes(name) && !mayMiss) return { where, expected: show(wanted), found: `${show(wanted)} or nothing` };
  }
  return { where: path.length === 0 ? "" : ` in \`${path.join(".")}\``, expected: show(to), found: show(from) };
}
