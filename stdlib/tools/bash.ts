import { defineTool } from "../tool.ts";

/** A command for `sh -c`. */
export const bash = defineTool({
  name: "tama_bash",
  description: "Run a shell command.",
  parameters: { type: "object", properties: { command: { type: "string" } }, required: ["command"] },
  effects: ["exec"],
  undo: "irreversible",
  where: "none",
});
