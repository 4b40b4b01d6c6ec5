import { defineWorker, types } from "tama/compiler";
import { metricsType } from "../measure/metrics-type.ts";
import { type Gathered, render } from "./render.ts";

export default defineWorker({
  capability: "render-review",
  description: "The review of a document as Markdown.",
  input: types.object({ measure: metricsType, critique: types.text, rewrites: types.text, "!failed": types.any }, [
    "measure",
    "critique",
    "rewrites",
    "!failed",
  ]),
  run: (gathered: Gathered) => render(gathered),
});
