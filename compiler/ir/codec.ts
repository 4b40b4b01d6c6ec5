import { isObject, type Json, type JsonObject } from "./json.ts";
import { kebabCase } from "./kebab-case.ts";

/** What is wrong with decoded data, and where: `at` is a JSON pointer (RFC 6901). */
export interface Problem {
  readonly at: string;
  readonly message: string;
}

/**
 * Reads outside data as a `T`. Never throws: what does not fit is a problem, and then the result is undefined. Data in which nothing is
 * changed is given back itself, for a copy of a large plan costs more than looking through it.
 */
export interface Codec<T> {
  readonly decode: (value: unknown, at: string, problems: Problem[]) => T | undefined;
  /** The JSON Schema of what it reads; of what refers to itself a reference, its definition put into `defs`. */
  readonly schema: (defs: Map<string, JsonObject>) => JsonObject;
}

/** The JSON Schema of what a codec reads. What a schema cannot say (digests that match, references that lead somewhere) is not in it. @see JSON Schema 2020-12 */
export function schemaOf(of: Codec<unknown>): JsonObject {
  const defs = new Map<string, JsonObject>();
  const root = of.schema(defs);
  return { $schema: "https://json-schema.org/draft/2020-12/schema", ...root, $defs: Object.fromEntries(defs) };
}

/** A codec by a test of the whole value, with what of it a JSON Schema can say. */
export function codec<T>(expected: string, fits: (value: unknown) => value is T, schema: JsonObject = {}): Codec<T> {
  return {
    schema: () => schema,
    decode: (value, at, problems) => {
      if (fits(value)) return value;
      problems.push({ at, message: `expected ${expected}, found ${nameOf(value)}` });
      return undefined;
    },
  };
}

const wholeNumber = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER };

export const string = codec("text", (value): value is string => typeof value === "string", { type: "string" });
export const boolean = codec("true or false", (value): value is boolean => typeof value === "boolean", { type: "boolean" });
export const number = codec("a number", (value): value is number => typeof value === "number" && Number.isFinite(value), {
  type: "number",
});
export const count = codec(
  "a whole number from 0",
  (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0,
  wholeNumber,
);
/** A time, or a number of things. */
export const positive = codec("a whole number from 1", (value): value is number => Number.isSafeInteger(value) && Number(value) >= 1);
export const json = codec("JSON", (value): value is Json => value !== undefined);

/** A text of a form, which has no flags: a JSON Schema could not say them. */
export function matching(expected: string, form: RegExp): Codec<string> {
  return codec(expected, (value): value is string => typeof value === "string" && form.test(value), {
    type: "string",
    pattern: form.source,
  });
}

export const word = matching("a word in kebab-case", kebabCase);

/** One of the given words. */
export function oneOf<const W extends string>(...words: readonly W[]): Codec<W> {
  const expected = words.length === 1 ? JSON.stringify(words[0]) : `one of ${words.join(", ")}`;
  return codec(expected, (value): value is W => words.some((word) => word === value), { enum: words });
}

/** The codec's value, or null. */
export function nullable<T>(inner: Codec<T>): Codec<T | null> {
  return {
    schema: (defs) => ({ anyOf: [inner.schema(defs), { type: "null" }] }),
    decode: (value, at, problems) => (value === null ? null : inner.decode(value, at, problems)),
  };
}

/** A list of them. */
export function listOf<T>(inner: Codec<T>): Codec<readonly T[]> {
  return {
    schema: (defs) => ({ type: "array", items: inner.schema(defs) }),
    decode: (value, at, problems) => {
      if (!Array.isArray(value)) return mismatch("a list", value, at, problems);
      const items = value.map((item, index) => inner.decode(item, `${at}/${index}`, problems));
      if (items.every((item, index) => item === value[index])) return value;
      return items.every((item): item is T => item !== undefined) ? items : undefined;
    },
  };
}

/** An object used as a map from any name. */
export function recordOf<T>(inner: Codec<T>): Codec<Readonly<Record<string, T>>> {
  return {
    schema: (defs) => ({ type: "object", additionalProperties: inner.schema(defs) }),
    decode: (value, at, problems) => {
      if (!isObject(value)) return mismatch("an object", value, at, problems);
      return changedIn<Record<string, T>>(value, Object.keys(value), (name) => inner.decode(value[name], pointer(at, name), problems));
    },
  };
}

/** An object with exactly these fields. */
export function objectOf<T extends object>(fields: { readonly [K in keyof T]-?: Codec<T[K]> }): Codec<T> {
  const names = Object.keys(fields) as (keyof T & string)[]; // a mapped type loses its keys in Object.keys
  const places = new Map<string, string>(names.map((name) => [name, pointer("", name)]));
  return {
    schema: (defs) => {
      const properties = Object.fromEntries(names.map((name) => [name, fields[name].schema(defs)]));
      return { type: "object", properties, required: names, additionalProperties: false };
    },
    decode: (value, at, problems) => {
      if (!isObject(value)) return mismatch("an object", value, at, problems);
      for (const name in value) if (!places.has(name)) problems.push({ at: pointer(at, name), message: "unknown field" });
      return changedIn<T>(value, names, (name) => {
        if (Object.hasOwn(value, name)) return fields[name].decode(value[name], `${at}${places.get(name)}`, problems);
        problems.push({ at, message: `field \`${name}\` is missing` });
        return undefined;
      });
    },
  };
}

/** One of several objects, told apart by their `kind`. */
export function unionOf<T extends { readonly kind: string }>(
  kinds: { readonly [K in T["kind"]]: Codec<Extract<T, { kind: K }>> },
): Codec<T> {
  const byKind = kinds as Readonly<Record<string, Codec<T>>>; // indexed by outside data below
  return {
    schema: (defs) => ({ anyOf: Object.values(byKind).map((one) => one.schema(defs)) }),
    decode: (value, at, problems) => {
      if (!isObject(value)) return mismatch("an object", value, at, problems);
      const kind = value["kind"];
      const inner = typeof kind === "string" && Object.hasOwn(byKind, kind) ? byKind[kind] : undefined;
      return inner ? inner.decode(value, at, problems) : mismatch(`one of ${Object.keys(byKind).join(", ")}`, kind, `${at}/kind`, problems);
    },
  };
}

/** A codec that refers to itself, by the name that it has in a schema. */
export function lazy<T>(name: string, make: () => Codec<T>): Codec<T> {
  let made: Codec<T> | undefined;
  const get = () => {
    made ??= make();
    return made;
  };
  return {
    schema: (defs) => {
      if (!defs.has(name)) {
        defs.set(name, {});
        defs.set(name, get().schema(defs));
      }
      return { $ref: `#/$defs/${name}` };
    },
    decode: (value, at, problems) => get().decode(value, at, problems),
  };
}

/** The object with its fields read: itself where each is what it was, undefined where one cannot be read. */
function changedIn<T extends object>(
  value: Readonly<Record<string, unknown>>,
  names: readonly (keyof T & string)[],
  read: (name: keyof T & string) => unknown,
): T | undefined {
  const changed: [string, unknown][] = [];
  let isWhole = true;
  for (const name of names) {
    const field = read(name);
    isWhole &&= field !== undefined;
    if (field !== value[name]) changed.push([name, field]);
  }
  if (!isWhole) return undefined;
  return (changed.length === 0 ? value : { ...value, ...Object.fromEntries(changed) }) as T; // each field was read as what T says
}

function mismatch(expected: string, value: unknown, at: string, problems: Problem[]): undefined {
  problems.push({ at, message: `expected ${expected}, found ${nameOf(value)}` });
  return undefined;
}

function pointer(at: string, name: string): string {
  return `${at}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  const shown = typeof value === "string" ? JSON.stringify(value) : String(value ?? "nothing");
  return shown.length > 40 ? `${shown.slice(0, 40)}...` : shown;
}
