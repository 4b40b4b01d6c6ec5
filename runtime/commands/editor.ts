import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Host } from "./exec.ts";

/** Lets a person change a text; null where the editor failed, or there is none. */
export type Editor = (text: string) => string | null;

/** The editor that `VISUAL` or `EDITOR` names; null where neither is set. Everything waits until it is closed. */
export function editorOf(env: Host["env"]): Editor | null {
  const command = env["VISUAL"] || env["EDITOR"];
  if (!command) return null;
  return (text) => {
    const dir = mkdtempSync(join(tmpdir(), "tama-edit-"));
    try {
      const file = join(dir, "prompt.md");
      writeFileSync(file, text);
      const { status } = spawnSync("/bin/sh", ["-c", `${command} "$1"`, "sh", file], { stdio: "inherit" });
      return status === 0 ? readFileSync(file, "utf8").replace(/\n$/, "") : null;
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  };
}
