import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type OpenedLog, openLog } from "./log.ts";

/** The folder of a run's log. */
export function runDir(stateDir: string, traceId: string): string {
  return join(stateDir, "runs", traceId);
}

/** Opens a run's log to append to. A state folder keeps itself out of version control. */
export function openRunLog(stateDir: string, traceId: string): OpenedLog {
  const opened = openLog(runDir(stateDir, traceId), traceId);
  const ignore = join(stateDir, ".gitignore");
  if (opened.kind === "open" && !existsSync(ignore)) {
    mkdirSync(stateDir, { recursive: true });
    writeFileSync(ignore, "*\n");
  }
  return opened;
}
