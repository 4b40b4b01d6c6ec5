import { defineConfig } from "tama/compiler";

export default defineConfig({
  project: { name: "critic" },
  entries: ["postmortem"],
  models: { default: "openai:gpt-4o-mini" },
});
