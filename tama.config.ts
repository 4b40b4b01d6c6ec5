import { defineConfig } from "tama/compiler";
import review from "./examples/01-docs-review/tama.config.ts";

/** This repository as a project of its own: the docs review, which reads the repository's files. */
export default defineConfig({
  ...review,
  project: { name: "tama", root: "examples/01-docs-review" },
});
