import { defineTool } from "../tool.ts";

/** The artifacts by name, as a JSON list of `{"name","size","version"}`. */
export const artifactList = defineTool({
  name: "tama_artifact_list",
  description: "List the documents and files that were stored.",
  parameters: { type: "object", properties: {} },
  effects: ["mem"],
  undo: "idempotent",
  where: "state",
});
