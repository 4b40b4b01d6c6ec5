import { defineWorker } from "../worker.ts";

/** The text in small letters, whatever the machine's language. */
export default defineWorker({
  capability: "lowercase",
  description: "Writes the text in small letters.",
  run: (text: string) => text.toLowerCase(),
});
