import { types } from "../types.ts";
import { defineWorker } from "../worker.ts";

/** How many words a text has: what white space separates. */
export default defineWorker({
  capability: "count-words",
  description: "Counts the words of the text.",
  output: types.int,
  run: (text: string) => text.split(/\s+/).filter((word) => word !== "").length,
});
