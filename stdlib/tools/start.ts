import { defineTool } from "../tool.ts";

/** Gives an act its task. Until it is called, the model has seen only its system prompt and `Begin.` */
export const start = defineTool({
  name: "start",
  description: "Receive your assigned task. Call this first before beginning work.",
  parameters: { type: "object", properties: {}, required: [] },
  effects: [],
  undo: "idempotent",
  where: "protocol",
});
