import { defineWorker } from "tama/compiler";

export default defineWorker({
  capability: "count",
  run: (input: string) => String(input.length),
});
