import type { Worker } from "../worker.ts";
import countWords from "./count-words.ts";
import lowercase from "./lowercase.ts";
import reverse from "./reverse.ts";
import uppercase from "./uppercase.ts";

/** The workers that come with tama, by capability. Each is the default export of the file of that name. */
export const workers: Readonly<Record<string, Worker>> = Object.fromEntries(
  [countWords, lowercase, reverse, uppercase].map((worker): [string, Worker] => [worker.capability, worker]),
);
