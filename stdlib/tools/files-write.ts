import { defineTool } from "../tool.ts";

/** Writes a text file. Answers `written`. */
export const filesWrite = defineTool({
  name: "tama_files_write",
  description: "Write content to a file in the workspace.",
  parameters: { type: "object", properties: { path: { type: "string" }, content: { type: "string" } }, required: ["path", "content"] },
  effects: ["write"],
  undo: "undo",
  where: "none",
});
