import { canonical, equal, type Json } from "./json.ts";

/** A case by its constant. */
interface Case {
  readonly is: Json;
}

/** Longer lists are looked up: a state machine goes through its own at each step. */
const maxSearched = 8;

/** Where the first case of each value stands: found once, for lists of cases do not change. */
const indices = new WeakMap<readonly Case[], ReadonlyMap<string, number>>();

/** The first case that is equal to a value. */
export function caseFor<C extends Case>(cases: readonly C[], value: Json): C | undefined {
  if (cases.length <= maxSearched) return cases.find(({ is }) => equal(is, value));
  return cases[indexOf(cases).get(formOf(value)) ?? -1];
}

function indexOf(cases: readonly Case[]): ReadonlyMap<string, number> {
  const known = indices.get(cases);
  if (known) return known;
  const index = new Map([...cases.entries()].reverse().map(([place, { is }]) => [formOf(is), place]));
  indices.set(cases, index);
  return index;
}

/** Equal values have one form, and no others have it. */
function formOf(value: Json): string {
  return typeof value === "string" ? `"${value.toWellFormed()}` : canonical(value);
}
