/** `tama` as a process of its own: the bundle, in a folder that is home, project and state. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const tama = fileURLToPath(new URL("../../dist/tama.js", import.meta.url));

/** Starts it; nobody sits at its input. */
export function startTama(dir: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const home = { PATH: process.env["PATH"] ?? "", HOME: dir, TAMA_STATE: join(dir, "state") };
  return spawn(process.execPath, [tama, ...args], { cwd: dir, env: { ...home, ...env }, stdio: ["ignore", "pipe", "pipe"] });
}

/** Waits for its end; what it wrote until then. */
export async function collected(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const out = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream]?.setEncoding("utf8").on("data", (text: string) => {
      out[stream] += text;
    });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, ...out };
}

/** Waits until it has said this on stderr, from now on; or has ended. */
export function says(child: ChildProcess, words: string): Promise<void> {
  let said = "";
  return new Promise((resolve) => {
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.includes(words)) resolve();
    });
    child.on("close", () => resolve());
  });
}
