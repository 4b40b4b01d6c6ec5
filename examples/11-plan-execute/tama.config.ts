import { defineConfig } from "tama/compiler";

export default defineConfig({
  project: { name: "plan-execute" },
  entries: ["migration-guide"],
  models: { default: "openai:gpt-4o-mini" },
});
