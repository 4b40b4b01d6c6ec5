import { defineTool } from "../tool.ts";

/** Sets a key of shared memory. Answers `stored 'k'`; refused where `expect_version` is not the entry's version, 0 for none. */
export const memSet = defineTool({
  name: "tama_mem_set",
  description: "Store a value in shared memory so other agents can retrieve it.",
  parameters: {
    type: "object",
    properties: { key: { type: "string" }, value: { type: "string" }, expect_version: { type: "integer" } },
    required: ["key", "value"],
  },
  effects: ["mem"],
  undo: "undo",
  where: "state",
});
