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
  const text = JSON.stringify(sortKeys(value));
  return text.includes(loneSurrogate) || numberLikeKey.test(text) ? assembled(value) : text;
}

/** Sorted and indented by two spaces, with a final newline: for files that people review. */
export function pretty(value: Json): string {
  return `${JSON.stringify(sortKeys(value), null, 2)}\n`;
}

/**
 * The value with sorted keys (by UTF-16 code unit, as RFC 8785 asks), those apart that look like whole numbers. What is sorted is not copied:
 * to see that is much quicker than to sort. Each value in it is looked at once.
 */
export function sortKeys(value: Json): Json {
  if (typeof value !== "object" || value === null || kept.has(value)) return value;
  if (isList(value)) return sortedList(value);
  return areInOrder(value) ? sortedWithin(value) : sortedCopy(value);
}

/** What is sorted for good. */
const kept = new WeakSet<object>();

/** Sorts an object, and keeps in mind of each of its fields that it is sorted: so what is large is hashed, and written, without another look through it. */
export function sortForGood(value: Json): Json {
  const sorted = sortKeys(value);
  for (const field of isObject(sorted) ? Object.values(sorted) : []) if (typeof field === "object" && field !== null) kept.add(field);
  return sorted;
}

/** Whether two values are the same JSON. */
export function equal(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (typeof a === "string") return typeof b === "string" && a.toWellFormed() === b.toWellFormed();
  return canonical(a) === canonical(b);
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

/** Whether an object's own keys are in order, and none stands for nothing. */
function areInOrder(value: JsonObject): boolean {
  let before = "";
  for (const key in value) {
    if (key < before || value[key] === undefined) return false;
    before = key;
  }
  return true;
}

function sortedList(list: readonly Json[]): readonly Json[] {
  let copy: Json[] | null = null;
  for (let index = 0; index < list.length; index += 1) {
    const item = list[index] ?? null;
    const sorted = sortKeys(item);
    if (sorted === item) continue;
    copy ??= [...list];
    copy[index] = sorted;
  }
  return copy ?? list;
}

/** An object whose own keys are in order. */
function sortedWithin(value: JsonObject): JsonObject {
  let copy: Record<string, Json> | null = null;
  for (const key in value) {
    const field = value[key] ?? null;
    const sorted = sortKeys(field);
    if (sorted === field) continue;
    copy ??= { ...value };
    put(copy, key, sorted);
  }
  return copy ?? value;
}

function sortedCopy(value: JsonObject): JsonObject {
  const copy: Record<string, Json> = {};
  for (const key of sortedKeys(value)) put(copy, key, sortKeys(value[key] ?? null));
  return copy;
}

/** What `JSON.stringify` writes otherwise: a lone surrogate, */
const loneSurrogate = "\\ud";
/** and a number-like key, which stands first in every object. */
const numberLikeKey = /\{"\d+":/;

/** The canonical form piece by piece. */
function assembled(value: Json): string {
  if (typeof value === "string") return JSON.stringify(value.toWellFormed());
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(assembled).join(",")}]`;
  return `{${sortedKeys(value).map((key) => `${assembled(key)}:${assembled(value[key] ?? null)}`)}}`;
}

/** Most objects are small, and insertion beats `sort` on those. */
function sortedKeys(value: JsonObject): readonly string[] {
  const keys = Object.keys(value);
  if (keys.length > 12) return keys.sort();
  for (let end = 1; end < keys.length; end += 1) sink(keys, end);
  return keys;
}

/** Moves the key at `from` down to its place among those before it. */
function sink(keys: string[], from: number): void {
  const key = keys[from] ?? "";
  let at = from;
  for (let before = keys[at - 1]; before !== undefined && before > key; before = keys[at - 1]) {
    keys[at] = before;
    at -= 1;
  }
  keys[at] = key;
}

function put(target: Record<string, Json>, key: string, value: Json): void {
  if (key === "__proto__") Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}
