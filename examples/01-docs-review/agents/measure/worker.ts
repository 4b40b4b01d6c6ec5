import { defineWorker } from "tama/compiler";
import { measure } from "./measure.ts";
import { metricsType } from "./metrics-type.ts";

export default defineWorker({
  capability: "measure-markdown",
  description: "Sections, sentences, reading ease, code blocks and links of a Markdown document.",
  output: metricsType,
  run: (document: string) => measure(document),
});
