import type { Json } from "../../compiler/ir/json.ts";

/** What in a value JSON cannot hold, and where, as a JSON pointer. */
export interface NotJson {
  readonly at: string;
  readonly what: string;
}

/** The first part of a value that JSON cannot hold; null where it can hold all. Undefined fields count: they would vanish. */
export function notJson(value: unknown, at = "", enclosing: readonly object[] = []): NotJson | null {
  if (value === null || typeof value === "string" || typeof value === "boolean") return null;
  if (typeof value === "number") return Number.isFinite(value) ? null : { at, what: String(value) };
  if (typeof value !== "object") return { at, what: value === undefined ? "undefined" : `a ${typeof value}` };
  if (enclosing.includes(value)) return { at, what: "a cycle" };
  if (enclosing.length > maxDepth) return { at, what: "more than 500 levels" };
  if (!Array.isArray(value) && !isPlain(value)) return { at, what: `a ${value.constructor?.name ?? "special object"}` };
  return firstIn(value, at, [...enclosing, value]);
}

/** A value as a copy that shares nothing with the module that it came from, which may go on changing its own. */
export function copied(value: unknown): Json {
  return JSON.parse(JSON.stringify(value));
}

/** Why what code of the project returned is no answer; null where it is one. */
export function noAnswer(value: unknown): string | null {
  const found = notJson(value);
  return found && `returned ${found.what}${found.at === "" ? "" : ` at ${found.at}`}, which JSON cannot hold`;
}

const maxDepth = 500;

function firstIn(value: object, at: string, enclosing: readonly object[]): NotJson | null {
  const entries: Iterable<readonly [string | number, unknown]> = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [name, field] of entries) {
    const found = notJson(field, `${at}/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`, enclosing);
    if (found !== null) return found;
  }
  return null;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
