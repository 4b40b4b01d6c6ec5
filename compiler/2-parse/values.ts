import { parseWrongType } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { JsonObject } from "../ir/json.ts";
import type { Located } from "./types.ts";
import type { Node } from "./yaml.ts";

/** The key whose value is read, and where findings go. */
export interface Reading {
  readonly key: string;
  readonly report: Report;
}

/** Reads a value of one kind. Null after a finding. `schema` is what of it a JSON Schema can say. */
export interface Read<T> {
  (node: Node, reading: Reading): T | null;
  readonly schema?: JsonObject;
}

/** A reader with the JSON Schema of what it reads. */
export function shaped<T>(schema: JsonObject, read: (node: Node, reading: Reading) => T | null): Read<T> {
  return Object.assign((node: Node, reading: Reading) => read(node, reading), { schema });
}

/** Reads text. */
export const text: Read<Located<string>> = shaped({ type: "string" }, (node, reading) => {
  if (node.kind === "scalar" && typeof node.value === "string") return { value: node.value, span: node.span };
  return mismatch(node, reading, "text");
});

/** Reads text that matches a pattern. */
export function word(pattern: RegExp, expected: string): Read<Located<string>> {
  return shaped({ type: "string", pattern: pattern.source }, (node, reading) => {
    if (node.kind === "scalar" && typeof node.value === "string" && pattern.test(node.value)) return { value: node.value, span: node.span };
    return mismatch(node, reading, expected);
  });
}

/** Reads one of several words. */
export function oneOf<const W extends string>(...words: readonly W[]): Read<Located<W>> {
  return shaped({ enum: words }, (node, reading) => {
    const found = words.find((candidate) => node.kind === "scalar" && node.value === candidate);
    return found ? { value: found, span: node.span } : mismatch(node, reading, words.map((candidate) => `\`${candidate}\``).join(" or "));
  });
}

/** Reads true or false. */
export const truth: Read<Located<boolean>> = shaped({ type: "boolean" }, (node, reading) => {
  if (node.kind === "scalar" && typeof node.value === "boolean") return { value: node.value, span: node.span };
  return mismatch(node, reading, "`true` or `false`");
});

/** Reads a number from `min`. */
export function number(min: number): Read<Located<number>> {
  return numeric({ type: "number", minimum: min }, `a number from ${min}`, (value) => Number.isFinite(value) && value >= min);
}

/** Reads a whole number from `min`. */
export function whole(min: number): Read<Located<number>> {
  const schema = { type: "integer", minimum: min, maximum: Number.MAX_SAFE_INTEGER };
  return numeric(schema, `a whole number from ${min}`, (value) => Number.isSafeInteger(value) && value >= min);
}

/** Reads a list; items of the wrong kind are reported and dropped. */
export function list<T>(item: Read<T>, expected: string): Read<readonly T[]> {
  return shaped({ type: "array", items: item.schema ?? {} }, (node, reading) => {
    if (node.kind !== "list")
      return mismatch(node, reading, expected, node.kind === "scalar" && node.value !== null ? `[${node.source}]` : null);
    return node.items.flatMap((entry) => item(entry, reading) ?? []);
  });
}

/** Reads a list that holds something. */
export function someOf<T>(item: Read<T>, expected: string): Read<readonly T[]> {
  const any = list(item, expected);
  return shaped({ ...any.schema, minItems: 1 }, (node, reading) =>
    node.kind === "list" && node.items.length === 0 ? mismatch(node, reading, expected) : any(node, reading),
  );
}

/** Reports a value of the wrong kind. A scalar that only lacks its quotes is proposed with them. */
export function mismatch(node: Node, { key, report }: Reading, expected: string, suggestion: string | null = null): null {
  const quoted = expected === "text" && node.kind === "scalar" && node.value !== null ? JSON.stringify(node.source) : null;
  report(parseWrongType(node.span, { key, expected, found: foundIn(node), suggestion: suggestion ?? quoted }));
  return null;
}

/** What a value is, for a finding. */
function foundIn(node: Node): string {
  if (node.kind === "map") return node.entries.length === 0 ? "no keys" : "keys and values";
  if (node.kind === "list") return node.items.length === 0 ? "an empty list" : "a list";
  if (node.value === null) return "nothing";
  const shown = node.source.length > 40 ? `${node.source.slice(0, 40).toWellFormed()}...` : node.source;
  return typeof node.value === "string" ? `the text \`${shown}\`` : `\`${shown}\``;
}

function numeric(schema: JsonObject, expected: string, fits: (value: number) => boolean): Read<Located<number>> {
  return shaped(schema, (node, reading) => {
    if (node.kind === "scalar" && typeof node.value === "number" && fits(node.value)) return { value: node.value, span: node.span };
    return mismatch(node, reading, expected);
  });
}
