/** JSON as data: what a value may be anywhere in tama. No `undefined`, no dates, no classes. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/** Whether `value` is a plain object (neither null nor a list). */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The canonical form: sorted keys, no spaces, shortest numbers. Two equal values have the same bytes.
 * Lone surrogates become U+FFFD and numbers that JSON cannot hold become null, so that every value has a form.
 * @see RFC 8785
 */
export function canonical(value: Json): string {
  if (typeof value === "number") return Number.isFinite(value) ? JSON.stringify(value) : "null";
  if (typeof value === "string") return JSON.stringify(value.toWellFormed());
  if (value === null || typeof value === "boolean") return String(value);
  if (isList(value)) return `[${value.map(canonical).join(",")}]`;
  const fields = sortedEntries(value).map(([key, field]) => `${JSON.stringify(key.toWellFormed())}:${canonical(field)}`);
  return `{${fields.join(",")}}`;
}

/** Sorted and indented by two spaces, with a final newline: for files that people review. */
export function pretty(value: Json): string {
  return `${JSON.stringify(sortKeys(value), null, 2)}\n`;
}

/** A deep copy whose objects have sorted keys (by UTF-16 code unit, as RFC 8785 asks). */
export function sortKeys(value: Json): Json {
  if (isList(value)) return value.map(sortKeys);
  if (!isObject(value)) return value;
  return Object.fromEntries(sortedEntries(value).map(([key, field]) => [key, sortKeys(field)]));
}

/** Whether two values are the same JSON. */
export function equal(a: Json, b: Json): boolean {
  return a === b || canonical(a) === canonical(b);
}

/** Whether `value` is a JSON list; unlike `Array.isArray` it narrows a readonly list. */
export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** How deep data may nest: deeper data is refused where it enters, so that nothing that walks data can overflow. */
export const maxDepth = 500;

/** Parses JSON text; `undefined` if it is none, or nests deeper than `maxDepth`. */
export function parseJson(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return deeperThan(value, maxDepth) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** Whether data nests deeper than `depth` lists and objects. */
export function deeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => deeperThan(inner, depth - 1));
}

/** The text form of a value: text as it is, anything else as canonical JSON. */
export function toText(value: Json): string {
  return typeof value === "string" ? value : canonical(value);
}

function sortedEntries(value: JsonObject): [string, Json][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
