import { defineConfig } from "tama/compiler";

export default defineConfig({
  project: { name: "chain-of-verification" },
  entries: ["fact-answer"],
  models: { default: "openai:gpt-4o-mini" },
});
