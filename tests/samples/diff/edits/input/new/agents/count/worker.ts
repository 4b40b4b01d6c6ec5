import { defineWorker } from "tama/compiler";
export default defineWorker({ capability: "count-words", run: (input: string) => String(input.split(" ").length) });
