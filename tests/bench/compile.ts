/** Compiling many agents, against reading and YAML-parsing the same files once. Each in a process of its own, start-up apart. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureNode, median, takeTurns } from "../support/measure.ts";
import { type AgentFiles, writeProject } from "../support/projects.ts";

export const name = "compile";

const program = fileURLToPath(new URL("./compile-once.mjs", import.meta.url));

/** Measures, and prints a line per figure. */
export async function run(print: (line: string) => void, { full }: { readonly full: boolean }): Promise<void> {
  for (const count of full ? [10, 1_000, 10_000] : [10, 1_000]) {
    const dir = mkdtempSync(join(tmpdir(), "tama-bench-"));
    try {
      writeProject(dir, { entry: "lead", agents: tree(count) });
      const work = (what: "compile" | "parse") => async () => once(what, dir);
      const runs = await takeTurns(5, { compile: work("compile"), parse: work("parse") });
      const [compile, parse] = [middle(runs.compile), middle(runs.parse)];
      print(
        `${count} agents: ${compile.ms.toFixed(0)} ms, ${(compile.ms / parse.ms).toFixed(2)} x reading and parsing them (${parse.ms.toFixed(0)} ms; target 1.5 x at 10,000), ${((compile.ms * 1_000) / count).toFixed(0)} us per agent; at most ${compile.peakMb.toFixed(0)} MB (${parse.peakMb.toFixed(0)} MB)`,
      );
    } finally {
      rmSync(dir, { recursive: true });
    }
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

/** A lead over teams of a hundred at most, with prompts of about twenty lines. */
function tree(count: number): Record<string, AgentFiles> {
  const teams = Math.ceil(count / 100);
  const members = Array.from({ length: count - teams - 1 }, (_, index) => `member-${index + 1}`);
  const lines = Array.from({ length: 12 }, (_, index) => `${index + 1}. Look at the text closely, and say what you find in a sentence.`);
  const body = `You are one of many.\n\n${lines.join("\n")}`;
  const leaves = members.map((member): [string, AgentFiles] => [member, { pattern: "oneshot", body }]);
  const groups = Array.from({ length: teams }, (_, team): [string, AgentFiles] => [
    `team-${team + 1}`,
    { pattern: "parallel", body: "", fields: { workers: members.filter((_, index) => index % teams === team) } },
  ]);
  const lead: AgentFiles = { pattern: "parallel", body: "", fields: { workers: groups.map(([group]) => group) } };
  return Object.fromEntries([["lead", lead], ...groups, ...leaves]);
}
