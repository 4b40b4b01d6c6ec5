import { defineConfig } from "tama/compiler";

export default defineConfig({
  project: { name: "oneshot" },
  entries: ["commit-message"],
  models: { default: "openai:gpt-4o-mini" },
});
