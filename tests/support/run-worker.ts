/** A test process: takes file names over IPC, one at a time, and answers each with its result. */
import fc from "fast-check";
import { runFile } from "./run-file.ts";

/**
 * Laws are tried on the same data each time, so that a run of the tests can be repeated; `SEED=random` (or a number) tries
 * others, and a counterexample that it finds names its own seed.
 */
const { SEED: seed = "20261120" } = process.env;
if (seed !== "random") fc.configureGlobal({ seed: Number(seed) });

process.on("message", async (message: { readonly root: string; readonly file: string }) => {
  const result = await runFile(message.root, message.file);
  process.send?.(result);
});
