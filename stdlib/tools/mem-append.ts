import { defineTool } from "../tool.ts";

/** Adds an item, parsed as JSON where it is JSON, to the list under a key of shared memory. Answers `appended to 'k': [...]`. */
export const memAppend = defineTool({
  name: "tama_mem_append",
  description: "Append an item to a list in shared memory.",
  parameters: { type: "object", properties: { key: { type: "string" }, item: { type: "string" } }, required: ["key", "item"] },
  effects: ["mem"],
  undo: "undo",
  where: "state",
});
