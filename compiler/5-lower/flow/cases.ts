import { caseFor } from "../../ir/case-for.ts";
import type { Json } from "../../ir/json.ts";
import type { Type } from "../../ir/types.ts";

/** The cases that constants alone can lead to, and whether some lead to none. Null where the values are not all known. */
export function exactCases<C extends { readonly is: Json }>(
  cases: readonly C[],
  values: readonly Type[],
): { readonly taken: readonly C[]; readonly isOpen: boolean } | null {
  const words = values.flatMap((value) => (value.kind === "literal" ? [value.value] : []));
  if (words.length < values.length) return null;
  const found = words.map((word) => caseFor(cases, word));
  return { taken: [...new Set(found.flatMap((one) => one ?? []))], isOpen: found.includes(undefined) };
}
