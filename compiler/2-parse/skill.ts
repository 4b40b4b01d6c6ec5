import type { SourceFile } from "../1-source/types.ts";
import { parseTooLong } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { JsonObject } from "../ir/json.ts";
import { readNames } from "./call.ts";
import { describeFields } from "./describe-fields.ts";
import { readDocument } from "./document.ts";
import { type Fields, openFields } from "./fields.ts";
import { readName } from "./identity.ts";
import type { Located, ParsedSkill } from "./types.ts";
import { mismatch, type Read, shaped, text, word } from "./values.ts";
import type { MapNode } from "./yaml.ts";

/** A map of texts, each key read and each value that is no text reported. */
const metadata: Read<MapNode> = shaped({ type: "object", additionalProperties: { type: "string" } }, (node, reading) => {
  if (node.kind !== "map") return mismatch(node, reading, "keys and values");
  for (const { key, value } of node.entries) text(value, { ...reading, key: `${reading.key}.${key.value}` });
  return node;
});

/**
 * Reads a skill. Null, after findings, where it has no name or description.
 * @see https://agentskills.io/specification
 */
export function readSkill(directory: string, file: SourceFile, report: Report): ParsedSkill | null {
  const document = readDocument(file, report);
  if (!document) return null;
  const { name, description, tools } = readFields(openFields(document.map, document.head, report), directory);
  return name && description && { directory, file: file.path, name, description, tools, body: document.body };
}

/** The JSON Schema of a skill's frontmatter: what reading it asks for. */
export function skillFrontmatter(): JsonObject {
  return describeFields((fields) => {
    readFields(fields, "");
  });
}

function readFields(fields: Fields, directory: string) {
  const name = readName(fields, directory);
  const description = fields.required("description", word(/\S/, "text that says when to use the skill"), "what it does and when to use it");
  limit(name, 64, "name", fields);
  limit(description, 1024, "description", fields);
  limit(fields.optional("compatibility", text), 500, "compatibility", fields);
  fields.optional("license", text);
  fields.optional("allowed-tools", text);
  fields.optional("metadata", metadata);
  const tools = readNames(fields, "tools");
  fields.later("tama");
  fields.close("skills");
  return { name, description, tools };
}

function limit(value: Located<string> | null, max: number, key: string, { report }: Fields): void {
  if (value && value.value.length > max) report(parseTooLong(value.span, { key, length: value.value.length, max }));
}
