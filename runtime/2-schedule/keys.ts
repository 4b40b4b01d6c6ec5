import { type Json, parseJson, toText } from "../../compiler/ir/json.ts";
import type { KeySet, Outputs } from "../../compiler/ir/ops.ts";
import { accepts, type Type } from "../../compiler/ir/types.ts";

/** The words that a step may finish with, given those of its block's caller; null: any. */
export function resolveKeys(keys: KeySet, caller: readonly string[] | null): readonly string[] | null {
  if (keys.kind === "open") return null;
  if (!keys.caller) return distinct(keys.words);
  return caller === null ? null : distinct([...keys.words, ...caller]);
}

/** The declared spelling of a key, compared without case; null if it is not allowed. */
export function spell(given: string, allowed: readonly string[] | null, outputs: Outputs): string | null {
  const known = allowed ?? Object.keys(outputs.byKey);
  const found = known.find((word) => word.toLowerCase() === given.trim().toLowerCase());
  return found ?? (allowed === null ? given.trim() : null);
}

/** The type of the value that goes with a key. */
export function outputType(outputs: Outputs, key: string): Type {
  return Object.hasOwn(outputs.byKey, key) ? (outputs.byKey[key] ?? outputs.otherwise) : outputs.otherwise;
}

/** A value as its type asks: text where another type is expected is parsed as JSON once, in a fence or not; anything where text is expected becomes text. Undefined: it does not fit. */
export function coerce(value: Json, type: Type): Json | undefined {
  if (accepts(type, value)) return value;
  if (type.kind === "text") return toText(value);
  const parsed = typeof value === "string" ? parseJson(unfenced(value)) : undefined;
  return parsed !== undefined && accepts(type, parsed) ? parsed : undefined;
}

/** What stands in the only fence of Markdown of a text, else the text: models put JSON into one, and words around it. */
export function unfenced(text: string): string {
  const fences = [...text.matchAll(/^[ \t]*```[^\n`]*\n([\s\S]*?)\n?[ \t]*```[ \t]*$/gm)];
  return fences.length === 1 ? (fences[0]?.[1] ?? text) : text;
}

/** Each word once, as it is spelled first: a step's own spelling goes before its caller's. */
function distinct(words: readonly string[]): readonly string[] {
  const spelled = new Map<string, string>();
  for (const word of words) if (!spelled.has(word.toLowerCase())) spelled.set(word.toLowerCase(), word);
  return [...spelled.values()];
}
