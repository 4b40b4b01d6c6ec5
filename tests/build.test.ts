/** `tamac build` on whole projects: what a person reads, what a machine reads, and the plan where there is one. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runBuild } from "../compiler/commands/build.ts";
import { type Outputs, samples } from "./support/samples.ts";

samples("build", async (inputDir) => {
  const dir = mkdtempSync(join(tmpdir(), "tama-build-"));
  const before = process.env["XDG_STATE_HOME"];
  process.env["XDG_STATE_HOME"] = join(dir, "state");
  try {
    return await outputs(inputDir, join(dir, "plan.json"));
  } finally {
    if (before === undefined) delete process.env["XDG_STATE_HOME"];
    else process.env["XDG_STATE_HOME"] = before;
    rmSync(dir, { recursive: true, force: true });
  }
});

async function outputs(inputDir: string, plan: string): Promise<Outputs> {
  const people = await build(inputDir, plan, "text");
  const machines = await build(inputDir, plan, "json");
  return {
    "build.txt": `${people.stderr.replaceAll(plan, "plan.json")}exit ${people.code}\n`,
    "findings.json": machines.stdout,
    ...(existsSync(plan) ? { "plan.json": readFileSync(plan, "utf8") } : {}),
  };
}

async function build(dir: string, output: string, format: "text" | "json") {
  const written = { stdout: "", stderr: "" };
  const code = await runBuild(
    dir,
    { output },
    {
      format,
      colour: false,
      width: null,
      stdout: (text) => {
        written.stdout += text;
      },
      stderr: (text) => {
        written.stderr += text;
      },
    },
  );
  return { ...written, code };
}
