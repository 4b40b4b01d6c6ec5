/** Compiling many agents, against reading and YAML-parsing the same files once. Each in a process of its own, start-up apart. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { flatProject, mixedProject } from "../support/bench-projects.ts";
import { measureNode, median, takeTurns } from "../support/measure.ts";
import { type ProjectFiles, writeProject } from "../support/projects.ts";

export const name = "compile";

const program = fileURLToPath(new URL("./compile-once.mjs", import.meta.url));

/** One-call agents alone, and machines, fan-outs and expressions. */
const projects = { flat: flatProject, mixed: mixedProject };

/** Measures, and prints a line per figure. */
export async function run(print: (line: string) => void, { full }: { readonly full: boolean }): Promise<void> {
  for (const [kind, project] of Object.entries(projects))
    for (const count of full ? [10, 1_000, 10_000] : [10, 1_000]) print(`${kind}, ${await measure(project(count))}`);
}

async function measure(project: ProjectFiles): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), "tama-bench-"));
  try {
    writeProject(dir, project);
    const count = Object.keys(project.agents).length;
    const work = (what: "compile" | "parse") => async () => once(what, dir);
    const runs = await takeTurns(5, { compile: work("compile"), parse: work("parse") });
    const [compile, parse] = [middle(runs.compile), middle(runs.parse)];
    return `${count} agents: ${compile.ms.toFixed(0)} ms, ${(compile.ms / parse.ms).toFixed(2)} x reading and parsing them (${parse.ms.toFixed(0)} ms; target 1.5 x at 10,000), ${((compile.ms * 1_000) / count).toFixed(0)} us per agent; at most ${compile.peakMb.toFixed(0)} MB (${parse.peakMb.toFixed(0)} MB)`;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

interface Once {
  readonly ms: number;
  readonly peakMb: number;
}

async function once(what: "compile" | "parse", dir: string): Promise<Once> {
  const { ms, peakMb } = JSON.parse((await measureNode([program, what, dir])).stdout);
  return { ms: Number(ms), peakMb: Number(peakMb) };
}

function middle(runs: readonly Once[]): Once {
  return { ms: median(runs.map(({ ms }) => ms)), peakMb: median(runs.map(({ peakMb }) => peakMb)) };
}
