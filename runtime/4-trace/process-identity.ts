import { readFileSync } from "node:fs";

/** A process, told apart from a later one that got the same number by the time when it started. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly start: string;
}

/** This process. */
export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, start: startOf(process.pid) ?? "unknown" };
}

/** Whether that very process still runs on this machine. */
export function isAlive({ pid, start }: ProcessIdentity): boolean {
  return startOf(pid) === start;
}

/** When a process started, in the system's own terms; null when there is none, or when it has ended and waits to be reaped. */
function startOf(pid: number): string | null {
  return process.platform === "linux" ? startOnLinux(pid) : startByPs(pid);
}

/** @see proc_pid_stat(5): after the command's name in parentheses come the state (field 3) and, as field 22, the start since boot. */
function startOnLinux(pid: number): string | null {
  const stat = readIfPresent(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, start] = [fields[0], fields[19]];
  if (start === undefined || state === "Z" || state === "X") return null;
  return `${readIfPresent("/proc/sys/kernel/random/boot_id").trim()}:${start}`;
}

function startByPs(pid: number): string | null {
  const { spawnSync } = process.getBuiltinModule("node:child_process"); // only where there is no /proc
  const { stdout } = spawnSync("ps", ["-o", "lstart=,state=", "-p", String(pid)], { encoding: "utf8", env: { LC_ALL: "C" } });
  const [, start, state] = /^\s*(.*\S)\s+(\S+)\s*$/.exec(stdout ?? "") ?? [];
  return start === undefined || state?.startsWith("Z") ? null : start;
}

/** A file under /proc; empty when its process is gone. */
function readIfPresent(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
