import { defineConfig } from "tama/compiler";

export default defineConfig({
  project: { name: "reflexion" },
  entries: ["query-writer"],
  models: { default: "openai:gpt-4o-mini" },
});
