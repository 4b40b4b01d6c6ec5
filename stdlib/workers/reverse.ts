import { defineWorker } from "../worker.ts";

/** Writes a text backwards, character by character as people see them: accents and emoji stay whole. */
export default defineWorker({
  capability: "reverse",
  description: "Writes the text backwards.",
  run: (text: string) =>
    [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)]
      .map(({ segment }) => segment)
      .reverse()
      .join(""),
});
