/** Measuring whole processes for benches. Compare medians of runs that took turns; a single time on a busy machine says nothing. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** What a process took: until its last byte of output, until its end, and its peak memory (NaN where the system does not tell). */
export interface Measured {
  readonly outputMs: number;
  readonly exitMs: number;
  readonly peakMb: number;
  readonly stdout: string;
}

/** Runs a Node program to its end. Rejects where it does not end with 0. */
export function measureNode(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr, outputMs, peakMb] = ["", "", Number.NaN, Number.NaN];
    child.stdout.on("data", (chunk) => {
      outputMs = performance.now() - start;
      stdout += chunk;
      peakMb = peakOf(child.pid) ?? peakMb;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code !== 0) return reject(new Error(`${args.join(" ")} ended with ${code}: ${stderr}`));
      const exitMs = performance.now() - start;
      resolve({ outputMs: Number.isNaN(outputMs) ? exitMs : outputMs, exitMs, peakMb, stdout });
    });
  });
}

/** Measures each candidate `rounds` times, taking turns, after one round that does not count. */
export async function takeTurns<K extends string, T>(
  rounds: number,
  candidates: Readonly<Record<K, () => Promise<T>>>,
): Promise<Record<K, readonly T[]>> {
  const names = Object.keys(candidates) as K[]; // Object.keys forgets the names of a record
  const results = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<K, T[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const result = await candidates[name]();
      if (round > 0) results[name].push(result);
    }
  }
  return results;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = Number.NaN, high = Number.NaN] = [sorted[sorted.length % 2 === 1 ? middle : middle - 1], sorted[middle]];
  return (low + high) / 2;
}

/** The most memory that a process has held, where the system tells it. */
function peakOf(pid: number | undefined): number | null {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null; // no /proc here, or the process is gone
  }
}
