import { defineConfig } from "tama/compiler";

export default defineConfig({
  project: { name: "docs-review" },
  entries: ["docs-review"],
  models: { default: { name: "openai:gpt-4o-mini", temperature: 0.2 } },
});
