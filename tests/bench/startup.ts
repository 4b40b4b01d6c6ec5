/** What the command lines cost before they do anything, against a Node that does nothing: with the bytecode of earlier runs, and without. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureNode, median, takeTurns } from "../support/measure.ts";
import { writeProject } from "../support/projects.ts";

export const name = "startup";

const dist = (file: string) => fileURLToPath(new URL(`../../dist/${file}`, import.meta.url));

/** Measures, and prints a line per figure. */
export async function run(print: (line: string) => void): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "tama-bench-"));
  try {
    writeProject(dir, { entry: "poet", agents: { poet: { pattern: "oneshot", body: "You are a poet." } } });
    const build = [dist("tamac.js"), "build", dir, "-o", join(dir, "plan.json")];
    const results = await takeTurns(15, {
      node: () => measureNode(["-e", "0"]),
      tamac: () => measureNode([dist("tamac.js"), "--version"]),
      tama: () => measureNode([dist("tama.js"), "--version"]),
      build: () => measureNode(build),
      first: () => measureNode(build, { XDG_CACHE_HOME: mkdtempSync(join(dir, "cache-")) }),
    });
    const ms = (key: keyof typeof results) => median(results[key].map(({ exitMs }) => exitMs));
    const line = (what: string, key: keyof typeof results, target: number) =>
      print(
        `${what}: ${ms(key).toFixed(0)} ms, ${(ms(key) / ms("node")).toFixed(2)} x node -e 0 (${ms("node").toFixed(0)} ms; target ${target} x)`,
      );
    line("tamac --version", "tamac", 1.3);
    line("tama --version", "tama", 1.3);
    line("tamac build of one agent", "build", 2);
    line("the first build of a user", "first", 2);
  } finally {
    rmSync(dir, { recursive: true });
  }
}
