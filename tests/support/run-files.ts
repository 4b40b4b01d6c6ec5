/** Hands test files out to a few processes and replaces a process that hangs or dies. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FileResult } from "./run-file.ts";

export interface RunOptions {
  readonly processes: number;
  readonly fileTimeoutMs: number;
  /** Called once per file, in the order of `files`. */
  readonly report: (result: FileResult) => void;
}

/** Runs every file and resolves to their results, in the order of `files`. Never rejects for what a test does. */
export async function runFiles(root: string, files: readonly string[], options: RunOptions): Promise<readonly FileResult[]> {
  const results: FileResult[] = [];
  const queue = files.map((file, index) => ({ file, index }));
  let reported = 0;
  const finish = (index: number, result: FileResult) => {
    results[index] = result;
    for (let next = results[reported]; next; next = results[reported]) {
      options.report(next);
      reported += 1;
    }
  };
  await Promise.all(
    Array.from({ length: Math.min(options.processes, files.length) }, () => serve(root, queue, finish, options.fileTimeoutMs)),
  );
  return results;
}

type Queue = { readonly file: string; readonly index: number }[];

/** One lane: takes files off the queue until it is empty. */
async function serve(root: string, queue: Queue, finish: (index: number, result: FileResult) => void, timeoutMs: number): Promise<void> {
  let child: ChildProcess | undefined;
  for (let next = queue.shift(); next; next = queue.shift()) {
    child ??= start();
    const outcome = await ask(child, root, next.file, timeoutMs);
    finish(next.index, outcome.result);
    if (!outcome.alive) child = undefined;
  }
  child?.kill("SIGKILL");
}

function start(): ChildProcess {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  return fork(fileURLToPath(new URL("./run-worker.ts", import.meta.url)), { cwd, stdio: ["ignore", "pipe", "pipe", "ipc"] });
}

function ask(child: ChildProcess, root: string, file: string, timeoutMs: number): Promise<{ result: FileResult; alive: boolean }> {
  const started = performance.now();
  const printed: string[] = [];
  const collect = (chunk: Buffer) => printed.push(chunk.toString());
  child.stdout?.on("data", collect);
  child.stderr?.on("data", collect);
  return new Promise((resolve) => {
    const settle = (result: FileResult, alive: boolean) => {
      clearTimeout(timer);
      for (const event of ["message", "error", "close"]) child.removeAllListeners(event);
      for (const stream of [child.stdout, child.stderr]) stream?.off("data", collect);
      resolve({ result: { ...result, output: result.output + printed.join("") }, alive });
    };
    const lost = (reason: string) => {
      const errors = `  FAIL  ${file}\n    ${reason}\n`;
      settle({ file, passed: 0, failed: 1, skipped: 0, errors, output: "", ms: performance.now() - started }, false);
    };
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      lost(`did not end within ${timeoutMs / 1000} s`);
    }, timeoutMs);
    child.on("message", (message) => settle(message as FileResult, true));
    child.on("error", (error) => lost(String(error)));
    child.on("close", (code, signal) =>
      lost(`the test process ended (${signal ?? `exit code ${code}`}): did a test exit, or reject unawaited?`),
    );
    child.send({ root, file });
  });
}
