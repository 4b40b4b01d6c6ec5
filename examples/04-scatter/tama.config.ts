import { defineConfig } from "tama/compiler";

export default defineConfig({
  project: { name: "scatter" },
  entries: ["action-items"],
  models: { default: "openai:gpt-4o-mini" },
});
