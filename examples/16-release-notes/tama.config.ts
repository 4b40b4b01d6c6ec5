import { defineConfig } from "tama/compiler";

export default defineConfig({
  project: { name: "release-notes" },
  entries: ["release-notes"],
  models: { default: "openai:gpt-4o-mini" },
});
