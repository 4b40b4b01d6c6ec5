import { defineTool } from "../tool.ts";

/** Keeps bytes under a name: a text, or base64. Answers `wrote 'n' (12 bytes, version 1)`; earlier versions stay readable. */
export const artifactWrite = defineTool({
  name: "tama_artifact_write",
  description: "Store a document or file under a name, so that other agents and people can read it. Earlier versions are kept.",
  parameters: {
    type: "object",
    properties: { name: { type: "string" }, content: { type: "string" }, encoding: { enum: ["text", "base64"] } },
    required: ["name", "content"],
  },
  effects: ["mem"],
  undo: "undo",
  where: "state",
});
