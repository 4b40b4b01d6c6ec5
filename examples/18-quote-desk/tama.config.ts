import { defineConfig } from "tama/compiler";

export default defineConfig({
  project: { name: "quote-desk" },
  entries: ["quote"],
  models: { default: "openai:gpt-4o-mini" },
  tools: ["tools/quote-total.ts"],
});
