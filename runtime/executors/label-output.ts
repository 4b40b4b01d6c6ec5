import { writeSync } from "node:fs";

/**
 * Sends what is printed in this thread to the process's stderr, line by line, each with the current label before it.
 * Returns a function that ends an unfinished line and sets the label.
 */
export function labelOutput(): (label: string) => void {
  let label = "worker";
  let rest = "";
  const print = (chunk: unknown) => {
    const lines = `${rest}${chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : String(chunk)}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) emit(label, line);
  };
  for (const stream of [process.stdout, process.stderr]) Object.assign(stream, { write: writer(print) });
  return (next) => {
    if (rest !== "") emit(label, rest);
    rest = "";
    label = next;
  };
}

/** As a stream's `write`: takes an encoding and a callback. */
function writer(print: (chunk: unknown) => void): (chunk: unknown, ...rest: readonly unknown[]) => boolean {
  return (chunk, ...rest) => {
    print(chunk);
    const done = rest.at(-1);
    if (typeof done === "function") process.nextTick(() => done());
    return true;
  };
}

/** Written at once: a thread's own stream would lose what it holds when the thread is stopped. */
function emit(label: string, line: string): void {
  try {
    writeSync(2, `[${label}] ${line}\n`);
  } catch (error) {
    // A full or closed stderr must not fail a step.
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}
