import type { Json } from "../../ir/json.ts";
import type { Type } from "../../ir/types.ts";

/** A case by its constant. */
interface Case {
  readonly is: Json;
}

/** Where each constant of a list of cases stands first: found once, for lists do not change. */
const indices = new WeakMap<readonly Case[], ReadonlyMap<Json, number>>();

/**
 * The cases that constants alone can lead to, and whether some lead to none: looked up, where a table of thousands of states would
 * be gone through for each of them. Null where the values are not all known.
 */
export function exactCases<C extends Case>(
  cases: readonly C[],
  values: readonly Type[],
): { readonly taken: readonly C[]; readonly isOpen: boolean } | null {
  const words = values.flatMap((value) => (value.kind === "literal" ? [value.value] : []));
  if (words.length < values.length) return null;
  const index = indexOf(cases);
  const places = new Set(words.flatMap((word) => index.get(word) ?? []));
  return { taken: [...places].flatMap((place) => cases[place] ?? []), isOpen: words.some((word) => !index.has(word)) };
}

function indexOf(cases: readonly Case[]): ReadonlyMap<Json, number> {
  const known = indices.get(cases);
  if (known) return known;
  const index = new Map<Json, number>();
  for (const [place, { is }] of cases.entries()) if (!index.has(is)) index.set(is, place);
  indices.set(cases, index);
  return index;
}
