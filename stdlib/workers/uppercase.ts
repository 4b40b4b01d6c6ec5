import { defineWorker } from "../worker.ts";

/** The text in capital letters, whatever the machine's language. */
export default defineWorker({
  capability: "uppercase",
  description: "Writes the text in capital letters.",
  run: (text: string) => text.toUpperCase(),
});
