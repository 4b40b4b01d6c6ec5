import { defineConfig } from "tama/compiler";

export default defineConfig({
  project: { name: "debate" },
  entries: ["decision"],
  models: { default: "openai:gpt-4o-mini" },
});
