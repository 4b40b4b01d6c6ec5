import { defineWorker, types } from "tama/compiler";

export default defineWorker({
  capability: "Count Words",
  output: types.list({ kind: "date" } as never),
  timeoutMs: 0,
  run: (text: string) => text.length,
});
