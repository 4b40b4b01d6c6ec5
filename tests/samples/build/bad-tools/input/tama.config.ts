import { defineConfig } from "tama/compiler";

export default defineConfig({
  project: { name: "demo" },
  entries: ["writer"],
  models: { default: "openai:gpt-4o" },
  tools: [
    "tools/count.ts",
    "tools/cout.ts",
    "../outside.ts",
    "tools/wrong.ts",
    "tools/posts.ts",
    "tools/taken.ts",
    "tools/count.ts",
    "tools/none.ts",
  ],
});
