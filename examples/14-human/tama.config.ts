import { defineConfig } from "tama/compiler";

export default defineConfig({
  project: { name: "human" },
  entries: ["job-advert"],
  models: { default: "openai:gpt-4o-mini" },
});
