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
      const work = (what: "compile" | "parse") => async () => Number((await measureNode([program, what, dir])).stdout);
      const times = await takeTurns(count > 1_000 ? 3 : 5, { compile: work("compile"), parse: work("parse") });
      const [compile, parse] = [median(times.compile), median(times.parse)];
      print(
        `${count} agents: ${compile.toFixed(0)} ms, ${(compile / parse).toFixed(2)} x reading and parsing them (${parse.toFixed(0)} ms; target 1.5 x at 10,000)`,
      );
    } finally {
      rmSync(dir, { recursive: true });
    }
  }
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
