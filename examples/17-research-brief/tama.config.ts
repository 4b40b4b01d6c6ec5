import { defineConfig } from "tama/compiler";

export default defineConfig({
  project: { name: "research-brief" },
  entries: ["research-brief"],
  models: { default: "openai:gpt-4o-mini" },
});
