import { defineConfig } from "tama/compiler";

export default defineConfig({
  project: { name: "fsm" },
  entries: ["release-news"],
  models: { default: "openai:gpt-4o-mini" },
});
