import { defineConfig } from "tama/compiler";

export default defineConfig({
  project: { name: "support-desk" },
  entries: ["support-desk"],
  models: { default: "openai:gpt-4o-mini" },
});
