import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type OpenedLog, openLog } from "./log.ts";

/** The folder of a run's log. */
export function runDir(stateDir: string, traceId: string): string {
  return join(stateDir, "runs", traceId);
}

/** All that stands in a state folder, absolute. The folder itself may hold other things: it may be the project's. */
export function keptIn(stateDir: string): readonly string[] {
  return ["runs", "batches", "tama.duckdb", "tama.duckdb.wal"].map((name) => resolve(stateDir, name));
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
