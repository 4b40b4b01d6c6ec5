import { defineConfig } from "tama/compiler";

export default defineConfig({
  project: { name: "parallel" },
  entries: ["change-review"],
  models: { default: "openai:gpt-4o-mini" },
});
