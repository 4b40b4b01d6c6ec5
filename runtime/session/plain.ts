import { canonical, type Json, parseJson } from "../../compiler/ir/json.ts";
import { notJson } from "../3-task/not-json.ts";
import { failed, okay, type Result } from "./errors.ts";

/** A copy of a value that JSON can hold, frozen through and through. Numbers that are none, dates, cycles and the like are no JSON. */
export function plainJson(value: unknown, what: string): Result<Json> {
  const found = notJson(value);
  if (found !== null) {
    const where = found.at === "" ? "" : ` at ${found.at}`;
    return failed("validation_error", `${what} must be JSON, and holds ${found.what}${where}`, { at: found.at });
  }
  return okay(frozen(copyOf(value as Json))); // notJson has looked at all of it
}

/** A deep copy. */
export function copyOf(value: Json): Json {
  return parseJson(canonical(value)) ?? null;
}

/** The value itself, frozen through and through. */
export function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const field of Object.values(value)) frozen(field);
  return Object.freeze(value);
}

/** A text that is not blank. */
export function named(value: unknown, what: string): Result<string> {
  return typeof value === "string" && value.trim() !== ""
    ? okay(value)
    : failed("validation_error", `${what} must be a text that is not empty`);
}
