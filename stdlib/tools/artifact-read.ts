import { defineTool } from "../tool.ts";

/** The content of an artifact, of its newest version or another one, as text or base64. */
export const artifactRead = defineTool({
  name: "tama_artifact_read",
  description: "Read a document or file that was stored under a name.",
  parameters: {
    type: "object",
    properties: { name: { type: "string" }, version: { type: "integer" }, encoding: { enum: ["text", "base64"] } },
    required: ["name"],
  },
  effects: ["mem"],
  undo: "idempotent",
  where: "state",
});
