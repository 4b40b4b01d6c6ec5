import { defineTool } from "../tool.ts";

/** Shows a skill's instructions and unlocks its tools. Offered to an act that has skills, for those skills only. */
export const readSkill = defineTool({
  name: "read_skill",
  description: "Load full instructions for a skill. Call this first before using any skill.",
  parameters: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
  effects: [],
  undo: "idempotent",
  where: "protocol",
});
