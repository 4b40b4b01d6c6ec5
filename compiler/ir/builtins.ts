import { canonical, isList, type Json, parseJson, toText } from "./json.ts";
import * as T from "./types.ts";

/** A function of the expression language. `run` is total: it gets any values, in any number, and answers. */
export interface Builtin {
  readonly summary: string;
  readonly params: readonly T.Type[];
  /** Of what its answers are: where that depends on the arguments, by their types. */
  readonly result: T.Type | ((args: readonly T.Type[]) => T.Type);
  readonly run: (...args: readonly Json[]) => Json;
}

const anyList = T.list(T.any);
const count: T.Type = { kind: "int" };
const truth: T.Type = { kind: "bool" };

/** The longest list that `range` makes. */
export const maxRange = 1_000_000;

/** Every builtin by name. A change here is a change of the plan format. */
export const builtins: Readonly<Record<string, Builtin>> = {
  claims: {
    summary: "the lines that hold a claim: no blanks, no headings, no bullets or numbers before them",
    params: [T.text],
    result: T.list(T.text),
    run: (value) => claims(asText(value)),
  },
  default: {
    summary: "the value, or another where it is null",
    params: [T.any, T.any],
    result: ([value = T.any, other = T.any]) => T.union([...solid(value), other]),
    run: (value, other) => value ?? other ?? null,
  },
  failed: {
    summary: "the entries of a collected fan-out that failed",
    params: [T.any],
    result: ([from]) => memberType(from, "failed"),
    run: (value) => member(value, "failed"),
  },
  join: {
    summary: "the items as text with a separator between",
    params: [anyList, T.text],
    result: T.text,
    run: (items, separator) => asList(items).map(toText).join(asText(separator)),
  },
  json: { summary: "the value as canonical JSON text", params: [T.any], result: T.text, run: (value) => canonical(value ?? null) },
  length: {
    summary: "the number of items, or of characters",
    params: [T.union([anyList, T.text])],
    result: count,
    run: (value) => (typeof value === "string" ? [...value].length : asList(value).length),
  },
  lower: {
    summary: "in lower case",
    params: [T.text],
    result: eachText((value) => value.toLowerCase()),
    run: (value) => asText(value).toLowerCase(),
  },
  ok: {
    summary: "the entries of a collected fan-out that ended well",
    params: [T.any],
    result: ([from]) => memberType(from, "ok"),
    run: (value) => member(value, "ok"),
  },
  "parse-json": {
    summary: "the value that JSON text stands for, null if it is none",
    params: [T.text],
    result: T.any,
    run: (value) => parseJson(asText(value)) ?? null,
  },
  "parse-list": {
    summary: "a JSON list of texts found in a text, fences and prose around it allowed; else the whole text as one item",
    params: [T.text],
    result: T.list(T.text),
    run: (value) => parseList(asText(value)),
  },
  range: { summary: "1, 2, ... n", params: [count], result: T.list(count), run: (value) => range(value) },
  "starts-with": {
    summary: "whether a text begins with another",
    params: [T.text, T.text],
    result: truth,
    run: (value, start) => asText(value).startsWith(asText(start)),
  },
  trim: {
    summary: "without white space at both ends",
    params: [T.text],
    result: eachText((value) => value.trim()),
    run: (value) => asText(value).trim(),
  },
  upper: {
    summary: "in upper case",
    params: [T.text],
    result: eachText((value) => value.toUpperCase()),
    run: (value) => asText(value).toUpperCase(),
  },
};

/** A change of text, of types: what is known exactly stays so. */
function eachText(change: (value: string) => string): (args: readonly T.Type[]) => T.Type {
  return ([of = T.text]) =>
    T.union(membersOf(of).map((one) => (one.kind === "literal" ? { kind: "literal", value: change(one.value) } : T.text)));
}

function membersOf(type: T.Type): readonly T.Type[] {
  return type.kind === "union" ? type.members : [type];
}

/** The members of a type less null. */
function solid(type: T.Type): readonly T.Type[] {
  return membersOf(type).filter(({ kind }) => kind !== "null");
}

/** The list that a field of a value is, or else an empty one. */
function memberType(of: T.Type = T.any, name: string): T.Type {
  const field = of.kind === "object" && Object.hasOwn(of.fields, name) ? of.fields[name] : undefined;
  return field?.kind === "list" ? field : anyList;
}

function asText(value: Json | undefined): string {
  return toText(value ?? null);
}

function asList(value: Json | undefined): readonly Json[] {
  return value !== undefined && isList(value) ? value : [];
}

function member(value: Json | undefined, name: string): readonly Json[] {
  return typeof value === "object" && value !== null && !isList(value) ? asList(value[name]) : [];
}

function range(value: Json | undefined): readonly Json[] {
  const size = typeof value === "number" ? Math.min(Math.max(Math.trunc(value), 0), maxRange) : 0;
  return Array.from({ length: size }, (_, index) => index + 1);
}

function claims(value: string): readonly string[] {
  return value
    .split(/\r?\n/)
    .filter((line) => !line.trimStart().startsWith("#"))
    .map((line) => line.replace(/^\s*(?:[-*•]|\d{1,4}[.)])\s+/, "").trim())
    .filter((line) => line !== "");
}

function parseList(value: string): readonly string[] {
  const unfenced = value
    .split("\n")
    .filter((line) => !line.trimStart().startsWith("```"))
    .join("\n");
  const between = value.slice(value.indexOf("["), value.lastIndexOf("]") + 1);
  const lists = [unfenced, between].map(parseJson).filter((parsed) => parsed !== undefined && isList(parsed));
  const [found] = lists;
  return found && found.length > 0 ? asList(found).map(toText) : [value.trim()];
}
