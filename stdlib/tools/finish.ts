import type { JsonObject } from "../../compiler/ir/json.ts";
import { defineTool } from "../tool.ts";

/** Ends an act with a routing key and a value. An act offers it with `finishParameters` of its own keys and outputs. */
export const finish = defineTool({
  name: "finish",
  description: "Call when the task is complete. Provide a routing key and the final result.",
  parameters: finishParameters(null, { type: "string" }),
  effects: [],
  undo: "idempotent",
  where: "protocol",
});

/** The arguments' schema where the key is one of `keys` (null: any word) and the value has the schema `value`. */
export function finishParameters(keys: readonly string[] | null, value: JsonObject): JsonObject {
  const key = keys === null ? { type: "string" } : { type: "string", enum: keys };
  return { type: "object", properties: { key, value }, required: ["key", "value"] };
}
