import { defineConfig } from "tama/compiler";

export default defineConfig({
  project: { name: "demo" },
  entries: ["writer"],
  models: { default: "openai:" /* no name */ },
  permissions: ["read", "fly"],
  tools: [{ name: "own", run: () => "x" }],
} as never);
