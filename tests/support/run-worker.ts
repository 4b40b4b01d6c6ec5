/** A test process: takes file names over IPC, one at a time, and answers each with its result. */
import { runFile } from "./run-file.ts";

process.on("message", async (message: { readonly root: string; readonly file: string }) => {
  const result = await runFile(message.root, message.file);
  process.send?.(result);
});
