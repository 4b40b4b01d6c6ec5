import { defineConfig } from "tama/compiler";

export default defineConfig({
  project: { name: "best-of-n" },
  entries: ["subject-line"],
  models: { default: "openai:gpt-4o-mini" },
});
