import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import { defineTool, type ToolContext, type ToolOutcome } from "../tool.ts";

/** How much of each stream is kept, in bytes: more than is ever shown. */
const maxStreamBytes = 1024 * 1024;

/**
 * A command for `sh -c`, in the project's folder and with the environment that it is given. Answers what it printed, then `[stderr]`
 * and what it printed there, then `[exit exit status: 1]` where it did not end with 0. What it leaves running ends with it.
 */
export const bash = defineTool({
  name: "tama_bash",
  description: "Run a shell command.",
  parameters: { type: "object", properties: { command: { type: "string" } }, required: ["command"] },
  effects: ["exec"],
  undo: "irreversible",
  where: "thread",
  run: async (args, context) => {
    const command = args["command"];
    if (typeof command !== "string" || command.trim() === "") return failed("`command` must be a command for the shell");
    if (command.includes("\0")) return failed("`command` holds a null character");
    if (context.signal.aborted) return failed("the command was cancelled");
    return told(await shell(command, context), context);
  },
});

/** How a command ended. `late`: it was stopped, having taken too long. */
type Ended =
  | { readonly kind: "ended"; readonly status: string | null; readonly late: boolean; readonly stdout: Kept; readonly stderr: Kept }
  | { readonly kind: "not-started"; readonly reason: string };

interface Kept {
  readonly text: string;
  readonly dropped: number;
}

function told(ended: Ended, { timeoutMs }: ToolContext): ToolOutcome {
  if (ended.kind === "not-started") return failed(`the shell cannot be started: ${ended.reason}`);
  const { status, late, stdout, stderr } = ended;
  const text = `${stdout.text}${stderr.text === "" ? "" : `\n[stderr]\n${stderr.text}`}`;
  if (late) return failed(`the command took longer than ${timeoutMs / 1_000} s and was stopped; until then it printed:\n${text}`);
  return { kind: "ok", text, tail: status === null ? "" : `\n[exit ${status}]`, dropped: stdout.dropped + stderr.dropped };
}

/** Runs a command as the head of a process group, which ends with it, with the signal, or when the time is over. */
function shell(command: string, { projectDir, env, signal, timeoutMs }: ToolContext): Promise<Ended> {
  const { spawn } = process.getBuiltinModule("node:child_process"); // not loaded by what only names this tool
  const child = spawn("sh", ["-c", command], { cwd: projectDir, env: { ...env }, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  return new Promise((resolve) => {
    let late = false;
    const stop = () => {
      endGroup(child);
      for (const stream of [child.stdout, child.stderr]) stream.destroy(); // who left the group may still hold them
    };
    const timer = setTimeout(() => {
      late = true;
      stop();
    }, timeoutMs);
    const settle = (ended: Ended) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      resolve(ended);
    };
    signal.addEventListener("abort", stop, { once: true });
    child.once("error", (error: NodeJS.ErrnoException) => settle({ kind: "not-started", reason: error.code ?? error.message }));
    child.once("exit", () => endGroup(child));
    child.once("close", (code, by) => settle({ kind: "ended", status: statusOf(code, by), late, stdout: stdout(), stderr: stderr() }));
  });
}

/** Ends a command and all that it started, but for what has made a group of its own. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && (error.code === "ESRCH" || error.code === "EPERM"))) throw error;
  }
}

/** As Rust shows the status of a process; null for success. */
function statusOf(code: number | null, by: NodeJS.Signals | null): string | null {
  if (code === 0) return null;
  return code === null && by !== null ? `signal: ${constants.signals[by]} (${by})` : `exit status: ${code}`;
}

/** Keeps the beginning of a stream and counts the rest. */
function collect(stream: Readable): () => Kept {
  const chunks: Buffer[] = [];
  let [kept, dropped] = [0, 0];
  stream.on("data", (chunk: Buffer) => {
    const part = chunk.subarray(0, maxStreamBytes - kept);
    if (part.length > 0) chunks.push(part);
    kept += part.length;
    dropped += chunk.length - part.length;
  });
  return () => ({ text: Buffer.concat(chunks).toString(), dropped });
}

function failed(message: string): ToolOutcome {
  return { kind: "failed", message };
}
