import type { SourceFile } from "../1-source/types.ts";
import { parseTooLong, parseToolNotListed } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { JsonObject } from "../ir/json.ts";
import { readNames, readVariables } from "./call.ts";
import { describeFields } from "./describe-fields.ts";
import { readDocument } from "./document.ts";
import { type Fields, openFields } from "./fields.ts";
import { readName } from "./identity.ts";
import type { Located, ParsedSkill } from "./types.ts";
import { mismatch, oneOf, type Read, shaped, text, word } from "./values.ts";
import type { FullYaml, MapNode } from "./yaml.ts";

/** A map of texts, each key read and each value that is no text reported. */
const metadata: Read<MapNode> = shaped({ type: "object", additionalProperties: { type: "string" } }, (node, reading) => {
  if (node.kind !== "map") return mismatch(node, reading, "keys and values");
  for (const { key, value } of node.entries) text(value, { ...reading, key: `${reading.key}.${key.value}` });
  return node;
});

/** A skill's file, and what the skill is known by. */
export interface SkillSource {
  readonly directory: string;
  readonly file: SourceFile;
  readonly yaml: FullYaml;
}

/**
 * Reads the skill that is known by `directory`. Null, after findings, where it has no name or description.
 * @see https://agentskills.io/specification
 */
export function readSkill({ directory, file, yaml }: SkillSource, report: Report): ParsedSkill | null {
  const document = readDocument(file, yaml, report);
  if (!document) return null;
  const folder = directory.slice(directory.lastIndexOf("/") + 1);
  const { name, description, ...rest } = readFields(openFields(document.map, document.head, report), folder);
  return name && description && { directory, file: file.path, name, description, ...rest, body: document.body };
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
  const env = readOwn(fields, tools);
  fields.close("skills");
  return { name, description, tools, env };
}

/**
 * Reads `tama:`, what the Rust tama asks of a skill that it makes an image of, and returns the variables that it names. The tool is one
 * of `tools`. What it depends on is for whoever makes an image: no plan holds it.
 */
function readOwn(fields: Fields, tools: readonly Located<string>[]): readonly Located<string>[] {
  const own = fields.inner("tama");
  if (!own) return [];
  own.required("version", text, "1.0.0");
  own.required("pattern", oneOf("tool"), "tool");
  const tool = own.required("tool", text, tools[0]?.value ?? "tama_bash");
  if (tool && !tools.some(({ value }) => value === tool.value)) fields.report(parseToolNotListed(tool.span, { tool: tool.value }));
  const depends = own.inner("depends");
  for (const kind of ["uv", "apt", "bins"]) if (depends) readNames(depends, kind);
  depends?.close("`depends`");
  const env = readVariables(own);
  own.close("`tama`");
  return env;
}

function limit(value: Located<string> | null, max: number, key: string, { report }: Fields): void {
  if (value && value.value.length > max) report(parseTooLong(value.span, { key, length: value.value.length, max }));
}
