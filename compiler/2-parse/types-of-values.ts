import { parseRepeatedItem, parseRepeatedItemNotes } from "../diagnostics/codes.generated.ts";
import type { ExprSource } from "../expr/source.ts";
import type { JsonObject } from "../ir/json.ts";
import type { Fields } from "./fields.ts";
import type { Located, ParsedType, ParsedTypeField } from "./types.ts";
import { mismatch, type Read, shaped, someOf, word } from "./values.ts";
import type { Entry, ScalarNode } from "./yaml.ts";

const expectedType = "a type, or a type for each field";

/** Whether the text is a type is told by the compiler. */
const typeSchema: JsonObject = { type: ["string", "object", "null"] };

/** Reads a type: an expression, or keys and values where each value is one. A key that ends with `?` may miss. */
export const type: Read<ParsedType> = shaped(typeSchema, (node, reading) => {
  if (node.kind === "list") return mismatch(node, reading, expectedType);
  if (node.kind === "scalar") return { kind: "text", source: sourceOf(node) };
  const fields = node.entries.map((entry) => typeField(entry, reading));
  return fields.every((field) => field !== null) ? { kind: "object", span: node.span, fields } : null;
});

/** A scalar as the text of an expression. */
export function sourceOf({ source, raw, span }: ScalarNode): ExprSource {
  return { text: source, raw, span };
}

const words = someOf(word(/^[^\s*!~]\S*$/, "a word"), "a list of words");

/** The routing words that an agent may finish with, compared without case. `*` and `!error` mean something else. */
export function readKeys(fields: Fields): readonly Located<string>[] | null {
  const given = fields.optional("keys", words);
  if (!given) return null;
  const firsts = new Map<string, Located<string>>();
  for (const key of given) {
    const first = firsts.get(key.value.toLowerCase());
    const related = first ? [parseRepeatedItemNotes.first(first.span)] : [];
    if (first) fields.report(parseRepeatedItem(key.span, { item: key.value, key: "keys" }, related));
    else firsts.set(key.value.toLowerCase(), key);
  }
  return [...firsts.values()];
}

function typeField({ key, value }: Entry, reading: Parameters<Read<ParsedType>>[1]): ParsedTypeField | null {
  const isOptional = key.value.endsWith("?");
  const name = { value: isOptional ? key.value.slice(0, -1) : key.value, span: key.span };
  const read = type(value, { ...reading, key: key.value });
  return read && { name, isOptional, type: read };
}
