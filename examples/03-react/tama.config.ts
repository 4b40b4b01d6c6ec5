import { defineConfig } from "tama/compiler";

export default defineConfig({
  project: { name: "react" },
  entries: ["on-call"],
  models: { default: "openai:gpt-4o-mini" },
});
