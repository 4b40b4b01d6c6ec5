/** Damage for laws about outside data: the same data with one place changed. */
import { isObject, type Json } from "../../compiler/ir/json.ts";

/** Puts `into` where `choices` lead, a number for each step down: it replaces, removes or adds. */
export function mutate(value: Json, choices: readonly number[], into: Json): Json {
  const [choice = 0, ...rest] = choices;
  if (rest.length === 0 || typeof value !== "object" || value === null) return into;
  if (Array.isArray(value)) return mutateList(value, { choice, rest, into });
  return isObject(value) ? mutateObject(value as { readonly [key: string]: Json }, { choice, rest, into }) : into;
}

interface Step {
  readonly choice: number;
  readonly rest: readonly number[];
  readonly into: Json;
}

function mutateList(value: readonly Json[], { choice, rest, into }: Step): Json {
  const at = choice % (value.length + 2);
  if (at === value.length) return [...value, into];
  if (at > value.length) return value.slice(1);
  return value.map((item, index) => (index === at ? mutate(item, rest, into) : item));
}

function mutateObject(value: { readonly [key: string]: Json }, { choice, rest, into }: Step): Json {
  const names = Object.keys(value);
  const at = choice % (names.length + 2);
  if (at === names.length) return { ...value, extra: into };
  if (at > names.length) return Object.fromEntries(Object.entries(value).slice(1));
  return Object.fromEntries(Object.entries(value).map(([name, field], index) => [name, index === at ? mutate(field, rest, into) : field]));
}
