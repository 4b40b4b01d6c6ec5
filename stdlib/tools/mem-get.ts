import { defineTool } from "../tool.ts";

/** The value of a key of shared memory, or `[no value stored for key 'k']`; `with_version`: `{"value":...,"version":n}`. */
export const memGet = defineTool({
  name: "tama_mem_get",
  description: "Retrieve a value previously stored by another agent.",
  parameters: { type: "object", properties: { key: { type: "string" }, with_version: { type: "boolean" } }, required: ["key"] },
  effects: ["mem"],
  undo: "idempotent",
  where: "state",
});
