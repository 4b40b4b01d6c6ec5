/** Runs one test file with uvu in this process. */
import { pathToFileURL } from "node:url";

/** What became of one test file. `errors` is for people; `output` is what its tests printed. */
export interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly errors: string;
  readonly output: string;
  readonly ms: number;
}

type Suite = () => Promise<readonly [errors: string | true, passed: number, skipped: number, total: number]>;

declare global {
  /** uvu puts each suite here when its file is imported, instead of running it at once, where `UVU_DEFER` is set. */
  var UVU_QUEUE: Suite[][];
  var UVU_INDEX: number;
  var UVU_DEFER: number;
}

/** Imports the file, runs the suites that it declares, and counts. A file that throws or declares no test has failed. */
export async function runFile(root: string, file: string): Promise<FileResult> {
  const started = performance.now();
  globalThis.UVU_DEFER = 1;
  globalThis.UVU_INDEX = 0;
  globalThis.UVU_QUEUE = [[]];
  const output: string[] = [];
  const release = captureStdout(output);
  const counts = { passed: 0, failed: 0, skipped: 0, errors: "" };
  try {
    await import(pathToFileURL(`${root}/${file}`).href);
    for (const suite of globalThis.UVU_QUEUE[0] ?? []) add(counts, await suite());
    if (counts.passed + counts.failed + counts.skipped === 0) throw new Error("this file declares no test: is `test.run()` missing?");
  } catch (error) {
    counts.failed += 1;
    counts.errors += `  FAIL  ${file}\n    ${error instanceof Error ? error.stack : String(error)}\n`;
  } finally {
    release();
  }
  return { file, ...counts, output: output.join(""), ms: performance.now() - started };
}

function add(counts: { passed: number; failed: number; skipped: number; errors: string }, result: Awaited<ReturnType<Suite>>): void {
  const [errors, passed, skipped, total] = result;
  counts.passed += passed;
  counts.failed += total - passed;
  counts.skipped += skipped;
  if (errors !== true) counts.errors += errors;
}

/** Keeps what tests print, without uvu's own dots and counts. */
function captureStdout(into: string[]): () => void {
  const original = process.stdout.write;
  const capture = (chunk: unknown, ...rest: unknown[]) => {
    const text = typeof chunk === "string" ? chunk : Buffer.from(chunk as Uint8Array).toString();
    if (!/^(• |✘ | \S.* {2}| {2}\(\d+ \/ \d+\)\n)$/.test(text)) into.push(text);
    const done = rest.find((argument) => typeof argument === "function");
    if (done) queueMicrotask(() => done());
    return true;
  };
  process.stdout.write = capture as typeof process.stdout.write;
  return () => {
    process.stdout.write = original;
  };
}
