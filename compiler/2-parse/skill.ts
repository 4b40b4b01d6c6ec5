import type { SourceFile } from "../1-source/types.ts";
import { parseTooLong } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { readNames } from "./call.ts";
import { readDocument } from "./document.ts";
import { type Fields, openFields } from "./fields.ts";
import { readName } from "./identity.ts";
import type { Located, ParsedSkill } from "./types.ts";
import { mismatch, type Read, text, word } from "./values.ts";
import type { MapNode } from "./yaml.ts";

const map: Read<MapNode> = (node, reading) => (node.kind === "map" ? node : mismatch(node, reading, "keys and values"));

/**
 * Reads a skill. Null, after findings, where it has no name or description.
 * @see https://agentskills.io/specification
 */
export function readSkill(directory: string, file: SourceFile, report: Report): ParsedSkill | null {
  const document = readDocument(file, report);
  if (!document) return null;
  const fields = openFields(document.map, document.head, report);
  const name = readName(fields, directory);
  const description = fields.required("description", word(/\S/, "text that says when to use the skill"), "what it does and when to use it");
  limit(name, 64, "name", fields);
  limit(description, 1024, "description", fields);
  limit(fields.optional("compatibility", text), 500, "compatibility", fields);
  fields.optional("license", text);
  fields.optional("allowed-tools", text);
  fields.optional("metadata", map);
  const tools = readNames(fields, "tools");
  fields.later("tama");
  fields.close("skills");
  return name && description && { directory, file: file.path, name, description, tools, body: document.body };
}

function limit(value: Located<string> | null, max: number, key: string, { report }: Fields): void {
  if (value && value.value.length > max) report(parseTooLong(value.span, { key, length: value.value.length, max }));
}
