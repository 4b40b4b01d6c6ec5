import type { Pattern } from "../../stdlib/pattern.ts";
import { patterns } from "../../stdlib/patterns/index.ts";
import { agentFrontmatter } from "../2-parse/agent.ts";
import { skillFrontmatter } from "../2-parse/skill.ts";
import { equal, isList, isObject, type Json, type JsonObject } from "../ir/json.ts";

const dialect = "http://json-schema.org/draft-07/schema#";

/** What keys are for, as an editor shows it. */
const notes: Readonly<Record<string, string>> = {
  name: "The name of its directory: what others refer to it by.",
  description: "What it does, and when to use it.",
  version: "Its version, as text.",
  pattern: "How it works.",
  env: "Environment variables that its tools may use.",
  call: "The model that it calls, the skills that it may read, and how often.",
  uses: "Skills that it may read: `name` of the project, `./path` beside the agent, `std/name` of tama.",
  worker: "A worker that comes with tama, `std/uppercase` for example, in place of worker.ts.",
  model: "The model, by role or by name, and its parameters.",
  "model.role": "A role of the config's `models`.",
  "model.name": "A model of its own: `provider:name`.",
  temperature: "From 0.",
  max_tokens: "The most that one answer may have.",
  seed: "For models that take one.",
  max_iter: "How often its loop may turn.",
  on_error: "What becomes of a failed branch: `fail` ends the fan-out, `collect` goes on with the others.",
  retry: "How often it is tried.",
  attempts: "The first time included.",
  input: "The type of what it is given. Default text.",
  output: "The type of the value that it finishes with. Default text.",
  keys: "The routing words that it may finish with.",
  template: "Whether `{{ }}` in its prompt is filled in. Default: where it has an `input`.",
  tools: "Tools that reading the skill unlocks: built-in ones, and those that the config's `tools` declare.",
  license: "The licence, or the file that holds it.",
  compatibility: "What it needs of where it runs.",
  metadata: "Keys and texts for other programs.",
  "allowed-tools": "Tools that other programs let it use without asking. tama goes by `tools`.",
  tama: "What the Rust tama asks of a skill that it makes an image of.",
  "tama.pattern": "Always `tool`.",
  "tama.env": "Environment variables that its tools may use, as if each agent that uses it named them.",
  tool: "The tool that it is about, one of `tools`.",
  depends: "What an image needs for it. No plan holds it.",
  uv: "Python packages.",
  apt: "Debian packages.",
  bins: "Programs.",
};

/** The JSON Schema of AGENT.md's frontmatter: common keys, and for each pattern exactly its own. */
export function agentSchema(all: readonly Pattern[] = Object.values(patterns)): JsonObject {
  const schemas = all.map((pattern) => noted(agentFrontmatter(pattern), notesOf(pattern)));
  const common = commonProperties(schemas);
  const rules = all.map(({ name }, index) => ({
    if: { properties: { pattern: { const: name } }, required: ["pattern"] },
    then: withReferences(schemas[index] ?? {}, common),
  }));
  const names = all.map(({ name, summary }) => ({ const: name, description: summary }));
  return {
    $schema: dialect,
    title: "Frontmatter of an AGENT.md",
    type: "object",
    properties: { pattern: { description: notes["pattern"] ?? "", oneOf: names } },
    required: ["name", "description", "version", "pattern"],
    allOf: rules,
    definitions: common,
  };
}

/** The JSON Schema of SKILL.md's frontmatter. */
export function skillSchema(): JsonObject {
  return { $schema: dialect, title: "Frontmatter of a SKILL.md", ...noted(skillFrontmatter(), notes) };
}

/** The properties that are the same for every pattern. */
function commonProperties(schemas: readonly JsonObject[]): JsonObject {
  const [first = {}, ...others] = schemas.map(propertiesOf);
  return Object.fromEntries(Object.entries(first).filter(([key, schema]) => others.every((one) => equal(one[key] ?? null, schema))));
}

function withReferences(schema: JsonObject, common: JsonObject): JsonObject {
  const properties = Object.entries(propertiesOf(schema)).map(([key, own]) => [
    key,
    key in common ? { $ref: `#/definitions/${key}` } : own,
  ]);
  return { ...schema, properties: Object.fromEntries(properties) };
}

function propertiesOf(schema: JsonObject): JsonObject {
  const properties = schema["properties"];
  return isObject(properties) ? (properties as JsonObject) : {}; // a part of a schema is JSON
}

function notesOf(pattern: Pattern): Notes {
  return { ...notes, ...Object.fromEntries(Object.entries(pattern.fields).map(([key, { summary }]) => [key, summary])) };
}

type Notes = Readonly<Record<string, string>>;

/** A schema whose properties have descriptions, inner ones too: a key of `model` by `model.key` if that has one. */
function noted(schema: JsonObject, texts: Notes, owner = ""): JsonObject {
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (key !== "properties") return [key, deep(value, texts, owner)];
      const properties = Object.entries(value as JsonObject); // `properties` of a schema
      return [key, Object.fromEntries(properties.map(([name, inner]) => [name, describe(name, inner, texts, owner)]))];
    }),
  );
}

function describe(name: string, schema: Json, texts: Notes, owner: string): Json {
  const note = texts[`${owner}.${name}`] ?? texts[name];
  return { ...(note === undefined ? {} : { description: note }), ...noted(schema as JsonObject, texts, name) }; // a property's schema
}

function deep(value: Json, texts: Notes, owner: string): Json {
  if (isList(value)) return value.map((item) => deep(item, texts, owner));
  return isObject(value) ? noted(value as JsonObject, texts, owner) : value; // a part of a schema is JSON
}
