import { defineWorker, types } from "tama/compiler";

export default defineWorker({ capability: "count-words", output: types.int, run: (text: string) => text.split(/\s+/).length });
