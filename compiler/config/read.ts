import { closest } from "../diagnostics/closest.ts";
import { configUnknownKey, configWrongType } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { isObject } from "../ir/json.ts";
import type { Span } from "../ir/span.ts";
import { nearestPlace, type Places } from "./places.ts";

/** A value of a config while it is read: where it stands, and where findings go. */
export interface Field {
  readonly value: unknown;
  readonly path: readonly string[];
  readonly places: Places;
  /** Stands for a place that is not known. */
  readonly start: Span;
  readonly report: Report;
}

/** The place of a field's value, or that of the nearest field around it. */
export function spanOf(field: Field, part: "key" | "value" = "value"): Span {
  return nearestPlace(field.places, field.path, part) ?? field.start;
}

/** The name of a field as people say it: `models.default`, `entries[0]`. */
export function nameOf(field: Field): string {
  return field.path
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join("")
    .replace(/^\./, "");
}

/** The field's members, none if it is no object. Reports `config/wrong-type`. */
export function members(field: Field): readonly Field[] {
  if (!isObject(field.value)) {
    mismatch(field, "a table of keys and values");
    return [];
  }
  const given = Object.entries(field.value).filter(([, value]) => value !== undefined);
  return given.map(([name, value]) => ({ ...field, value, path: [...field.path, name] }));
}

/** The field's members by name, where only these may be. Reports `config/wrong-type` and `config/unknown-key`. */
export function table<K extends string>(field: Field, known: readonly K[]): { readonly [key in K]?: Field } {
  const found: { [key in K]?: Field } = {};
  for (const member of members(field)) {
    const name = member.path.at(-1) ?? "";
    const key = known.find((one) => one === name);
    if (key !== undefined) found[key] = member;
    else field.report(configUnknownKey(spanOf(member, "key"), { key: nameOf(member), closest: closest(name, known) }));
  }
  return found;
}

/** The field's text, or null where it is absent or no text. Reports `config/wrong-type`. */
export function text(field: Field | undefined): string | null {
  if (!field) return null;
  return typeof field.value === "string" ? field.value : mismatch(field, "text");
}

/** The field's number within the bounds, or null. Reports `config/wrong-type`. */
export function numberIn(field: Field | undefined, low: number, high: number): number | null {
  if (!field) return null;
  const { value } = field;
  if (typeof value === "number" && value >= low && value <= high) return value;
  return mismatch(field, high === Number.POSITIVE_INFINITY ? `a number from ${low}` : `a number from ${low} to ${high}`);
}

/** The field's whole number from `low`, or null. Reports `config/wrong-type`. */
export function wholeFrom(field: Field | undefined, low: number): number | null {
  if (!field) return null;
  const { value } = field;
  return typeof value === "number" && Number.isSafeInteger(value) && value >= low ? value : mismatch(field, `a whole number from ${low}`);
}

/** The field's word, which must be one of these, or null. Reports `config/wrong-type`. */
export function word<W extends string>(field: Field | undefined, words: readonly W[]): W | null {
  if (!field) return null;
  return words.find((one) => one === field.value) ?? mismatch(field, `one of ${words.join(", ")}`);
}

/** The field's items, none if it is no list. Reports `config/wrong-type`. */
export function items(field: Field | undefined): readonly Field[] {
  if (!field) return [];
  if (Array.isArray(field.value)) return field.value.map((value, index) => ({ ...field, value, path: [...field.path, String(index)] }));
  mismatch(field, "a list");
  return [];
}

/** Reports that a field's value is of the wrong type. */
export function mismatch(field: Field, expected: string): null {
  const key = field.path.length === 0 ? "the config" : nameOf(field);
  field.report(configWrongType(spanOf(field), { key, expected, found: describe(field.value) }));
  return null;
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "function") return "a function";
  if (typeof value === "object") return "a table";
  const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
  return shown.length > 40 ? `${shown.slice(0, 40).toWellFormed()}…` : shown;
}
