import { isList, isObject, type Json, type JsonObject, parseJson } from "../../compiler/ir/json.ts";
import type { Message, ModelTask, Part, ToolSchema } from "../3-task/task.ts";

/** What a model turned out to refuse, and what is done instead. */
export interface Quirks {
  readonly withoutTemperature: boolean;
  readonly lengthField: "max_tokens" | "max_completion_tokens";
  /** It cannot be held to a schema, so it is told the schema. */
  readonly withoutFormat: boolean;
}

/** A chat completion request as it goes over the wire. @see https://platform.openai.com/docs/api-reference/chat/create */
export function wireRequest(task: ModelTask, quirks: Quirks): JsonObject {
  const { name, temperature, maxTokens, seed } = task.model;
  return {
    model: name,
    messages: [...task.messages, ...(task.output !== null && quirks.withoutFormat ? [toldFormat(task.output)] : [])].map(wireMessage),
    ...(task.tools.length > 0 && { tools: task.tools.map(wireTool) }),
    ...(task.output !== null && !quirks.withoutFormat && { response_format: wireFormat(task.output) }),
    ...(temperature !== null && !quirks.withoutTemperature && { temperature }),
    ...(maxTokens !== null && { [quirks.lengthField]: maxTokens }),
    ...(seed !== null && { seed: seed + Math.max(0, (task.sample ?? 1) - 1) }),
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

function wireMessage(message: Message): JsonObject {
  const content = textOf(message.parts);
  switch (message.role) {
    case "tool":
      return { role: "tool", tool_call_id: wireId(message.call), content };
    case "assistant": {
      if (message.calls.length === 0) return { role: "assistant", content };
      const calls = message.calls.map(({ id, name, args }) => ({
        id: wireId(id),
        type: "function",
        function: { name, arguments: wireArgs(args) },
      }));
      return { role: "assistant", content: content === "" ? null : content, tool_calls: calls };
    }
    default:
      return { role: message.role, content };
  }
}

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

function wireTool({ name, description, parameters }: ToolSchema): JsonObject {
  return { type: "function", function: { name, description, parameters } };
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
