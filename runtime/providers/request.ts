import { isList, isObject, type Json, type JsonObject, parseJson } from "../../compiler/ir/json.ts";
import type { Message, ModelTask, Part, ToolSchema } from "../3-task/task.ts";
import type { Quirks } from "./quirks.ts";

/** How an answer is to come. */
export type Delivery = "whole" | "streamed";

/** A chat completion request as it goes over the wire. @see https://platform.openai.com/docs/api-reference/chat/create */
export function wireRequest(task: ModelTask, quirks: Quirks, delivery: Delivery): JsonObject {
  const { name, temperature, maxTokens, seed } = task.model;
  const isTold = task.output !== null && quirks.has("no-format");
  const lengthField = quirks.has("max-completion-tokens") ? "max_completion_tokens" : "max_tokens";
  return {
    model: name,
    messages: [...task.messages, ...(task.output !== null && isTold ? [toldFormat(task.output)] : [])].map((each) =>
      wireMessage(each, quirks),
    ),
    ...(task.tools.length > 0 && { tools: task.tools.map((tool) => wireTool(tool, quirks)) }),
    ...(task.output !== null && !isTold && { response_format: wireFormat(task.output) }),
    ...(temperature !== null && !quirks.has("no-temperature") && { temperature }),
    ...(maxTokens !== null && { [lengthField]: maxTokens }),
    ...(seed !== null && !quirks.has("no-seed") && { seed: seed + Math.max(0, (task.sample ?? 1) - 1) }),
    ...(delivery === "streamed" && { stream: true, ...(!quirks.has("no-stream-usage") && { stream_options: { include_usage: true } }) }),
  };
}

/** An output schema in words, for models that no server holds to one. */
function toldFormat(output: JsonObject): Message {
  return { role: "user", parts: [{ kind: "text", text: `Answer with JSON alone, of this JSON Schema:\n${JSON.stringify(output)}` }] };
}

/** Whether an output schema is asked for inside an object `{value}`, because the wire allows no other kind at its root. */
export function isWrapped(output: JsonObject): boolean {
  return output["type"] !== "object";
}

function wireMessage(message: Message, quirks: Quirks): JsonObject {
  const said = textOf(message.parts);
  const content = said === "" && quirks.has("no-empty-text") ? nothing : said;
  switch (message.role) {
    case "tool":
      return { role: "tool", tool_call_id: wireId(message.call), content };
    case "assistant": {
      if (message.calls.length === 0) return { role: "assistant", content };
      const calls = message.calls.map(({ id, name, args }) => ({
        id: wireId(id),
        type: "function",
        function: { name, arguments: wireArgs(args) },
        ...(quirks.has("signed-calls") && unsigned),
      }));
      return { role: "assistant", content: said === "" ? null : said, tool_calls: calls };
    }
    default:
      return { role: message.role, content };
  }
}

/** What stands for a text that is empty. */
const nothing = "(nothing)";

const unsigned = { extra_content: { google: { thought_signature: "skip_thought_signature_validator" } } };

function textOf(parts: readonly Part[]): string {
  return parts.map((part) => part.text).join("");
}

/** Servers differ in which characters an id may hold; all take these. */
function wireId(id: string): string {
  return `call_${id.replace(/[^A-Za-z0-9]/g, "_")}`;
}

/** Servers that parse arguments refuse a whole request for broken ones, so these are sent as a field of an object. */
function wireArgs(args: string): string {
  if (args.trim() === "") return "{}";
  const parsed = parseJson(args);
  return isObject(parsed) ? args : JSON.stringify({ invalid: args });
}

function wireTool({ name, description, parameters }: ToolSchema, quirks: Quirks): JsonObject {
  const fields = parameters["properties"];
  const isEmpty = fields === undefined || (isObject(fields) && Object.keys(fields).length === 0);
  if (isEmpty && quirks.has("no-empty-parameters")) return { type: "function", function: { name, description } };
  return { type: "function", function: { name, description, parameters: quirks.has("open-objects") ? opened(parameters) : parameters } };
}

/** A schema that says nothing of further fields. */
function opened(schema: Json): Json {
  if (isList(schema)) return schema.map(opened);
  if (!isSchema(schema)) return schema;
  const kept = Object.entries(schema).filter(([name, value]) => name !== "additionalProperties" || typeof value !== "boolean");
  return Object.fromEntries(kept.map(([name, value]) => [name, opened(value)]));
}

function wireFormat(output: JsonObject): JsonObject {
  const schema = isWrapped(output)
    ? { type: "object", properties: { value: output }, required: ["value"], additionalProperties: false }
    : output;
  return { type: "json_schema", json_schema: { name: "answer", schema, strict: isStrict(schema) } };
}

/** Whether a schema is of the kind that servers can enforce: every object closed, every field required, no blanks. */
function isStrict(schema: Json | undefined): boolean {
  if (schema === undefined || !isSchema(schema)) return false;
  const { properties, items, anyOf } = schema;
  if (anyOf !== undefined) return isList(anyOf) && anyOf.every(isStrict);
  if (schema["type"] === "array") return isStrict(items);
  if (schema["type"] !== "object") return "type" in schema || "enum" in schema || "const" in schema;
  if (properties === undefined || !isSchema(properties) || schema["additionalProperties"] !== false) return false;
  const required = schema["required"];
  const isRequired = (name: string) => required !== undefined && isList(required) && required.includes(name);
  return Object.entries(properties).every(([name, field]) => isRequired(name) && isStrict(field));
}

function isSchema(value: Json): value is JsonObject {
  return isObject(value);
}
