import { defineConfig } from "tama/compiler";

export default defineConfig({
  project: { name: "constitutional" },
  entries: ["patient-leaflet"],
  models: { default: "openai:gpt-4o-mini" },
});
