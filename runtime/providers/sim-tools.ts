import { canonical, isList, isObject, type JsonObject } from "../../compiler/ir/json.ts";
import type { ModelTask, ToolSchema } from "../3-task/task.ts";
import { labelOf } from "./sim-seed.ts";
import { madeUp, sentence } from "./sim-value.ts";

/** The protocol's own tools. */
const protocol: ReadonlySet<string> = new Set(["start", "finish", "read_skill"]);

/** Tools that a made-up call could do harm with, where a run grants them. */
const harmful = /^tama_(bash|http_|files_write)/;

/** The offered tools that a simulated model may call with arguments that it made up. */
export function usableTools(task: ModelTask): readonly ToolSchema[] {
  return task.tools.filter(({ name }) => !protocol.has(name) && !harmful.test(name));
}

/** How many calls of tools other than the protocol's it has made. */
export function toolsUsed({ messages }: ModelTask): number {
  return messages.flatMap((message) => (message.role === "assistant" ? message.calls.filter(({ name }) => !protocol.has(name)) : []))
    .length;
}

/** A call of a tool, with what it must be given. */
export function madeUpCall(task: ModelTask, { name, parameters }: ToolSchema, input: string): { name: string; args: string } {
  const { properties, required } = parameters;
  const fields = isObject(properties) ? properties : {};
  const wanted = required !== undefined && isList(required) ? required.map(String) : [];
  const args: JsonObject = Object.fromEntries(wanted.map((field) => [field, argument(task, { field, schema: fields[field] }, input)]));
  return { name, args: canonical(args) };
}

/** Names of entries and files are few, so that what was written is found again. */
function argument(task: ModelTask, { field, schema }: { field: string; schema: unknown }, input: string) {
  if (!isObject(schema)) return sentence(labelOf(task.path), input);
  if (schema["type"] !== "string" || "enum" in schema) return madeUp(schema, { task, input, at: `/${field}` });
  if (field === "path") return /[\w-]+(?:\/[\w.-]+)*\.\w+/.exec(input)?.[0] ?? "README.md";
  return field === "key" || field === "name" ? "notes" : sentence(labelOf(task.path), input);
}
