import { defineTool } from "../tool.ts";

/** Deletes a key of shared memory. Answers `deleted 'k'`, or `[no value stored for key 'k']`; `expect_version` as in `tama_mem_set`. */
export const memDelete = defineTool({
  name: "tama_mem_delete",
  description: "Delete a value from shared memory.",
  parameters: { type: "object", properties: { key: { type: "string" }, expect_version: { type: "integer" } }, required: ["key"] },
  effects: ["mem"],
  undo: "undo",
  where: "state",
});
