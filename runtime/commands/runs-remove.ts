import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { runsLive } from "../../compiler/diagnostics/codes.generated.ts";
import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import { ownerOf } from "../4-trace/segments.ts";
import { findSession } from "../session/find.ts";
import { type Io, tell } from "./io.ts";
import { formatBytes } from "./run-text.ts";
import { withRuns } from "./with-store.ts";

/** `tama runs rm RUN...`: removes runs, but none that a process is writing. A run that ended before its first event has a folder alone. */
export async function runsRmCommand({ stateDir, runs }: { stateDir: string; runs: readonly string[] }, io: Io): Promise<ExitCode> {
  const folders = runs.map((word) => ({ word, id: folderNamed(stateDir, word) }));
  const words = folders.flatMap(({ word, id }) => (id === null ? [word] : []));
  return withRuns({ stateDir, runs: words, io }, async (_store, found) => {
    const ids = new Set([...found, ...folders].flatMap(({ id }) => id ?? []));
    const dirs = [...ids].map((id) => ({ id, dir: join(stateDir, "runs", id) }));
    const live = dirs.flatMap(({ id, dir }) => liveIn(id, dir));
    if (live.length > 0) {
      tell(io, live);
      return exitCodes.diagnostics;
    }
    for (const { id, dir } of dirs) {
      rmSync(dir, { recursive: true, force: true });
      io.stderr(`removed ${id.slice(0, 8)}\n`);
    }
    return exitCodes.ok;
  });
}

/** The one folder that the word names; null for `last`, which is told by the record. */
function folderNamed(stateDir: string, word: string): string | null {
  const found = word === "last" ? null : findSession(stateDir, word);
  return found?.kind === "ok" ? found.id : null;
}

function liveIn(id: string, dir: string): readonly ReturnType<typeof runsLive>[] {
  const owner = existsSync(dir) ? ownerOf(dir) : null;
  return owner === null ? [] : [runsLive(null, { run: id.slice(0, 8), pid: owner.pid })];
}

/** The flags of `tama runs gc`. */
export interface RunsGcOptions {
  readonly stateDir: string;
  /** Milliseconds since 1970: runs in which nothing happened since then go. */
  readonly beforeMs: number | null;
  /** The oldest go until the rest takes no more than this. */
  readonly maxBytes: number | null;
  readonly dryRun: boolean;
}

/** `tama runs gc`: removes old runs, or the oldest above a size. Runs that a process is writing stay. */
export async function runsGcCommand({ stateDir, beforeMs, maxBytes, dryRun }: RunsGcOptions, io: Io): Promise<ExitCode> {
  const runs = foldersOf(join(stateDir, "runs"));
  const doomed = doomedOf(runs, { beforeMs, maxBytes });
  for (const { dir } of dryRun ? [] : doomed) rmSync(dir, { recursive: true, force: true });
  const freed = formatBytes(doomed.reduce((total, { bytes }) => total + bytes, 0));
  const kept = formatBytes(runs.reduce((total, { bytes }) => total + bytes, 0) - doomed.reduce((total, { bytes }) => total + bytes, 0));
  const verb = dryRun ? "would remove" : "removed";
  io.stderr(`${verb} ${count(doomed.length)} (${freed}); ${count(runs.length - doomed.length)} stay (${kept})\n`);
  return exitCodes.ok;
}

/** A run's folder on disk. */
interface Folder {
  readonly dir: string;
  readonly bytes: number;
  /** When something was last written to it, milliseconds since 1970. */
  readonly lastMs: number;
  readonly isLive: boolean;
}

/** The folders of runs, oldest first. */
function foldersOf(runsDir: string): readonly Folder[] {
  if (!existsSync(runsDir)) return [];
  const dirs = readdirSync(runsDir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return dirs.map(({ name }) => folderOf(join(runsDir, name))).sort((a, b) => a.lastMs - b.lastMs || (a.dir < b.dir ? -1 : 1));
}

function folderOf(dir: string): Folder {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const stats = files.flatMap(({ parentPath, name }) => statSync(join(parentPath, name), { throwIfNoEntry: false }) ?? []);
  return {
    dir,
    bytes: stats.reduce((total, { size }) => total + size, 0),
    lastMs: stats.reduce((last, { mtimeMs }) => Math.max(last, mtimeMs), 0),
    isLive: ownerOf(dir) !== null,
  };
}

function doomedOf(runs: readonly Folder[], { beforeMs, maxBytes }: Pick<RunsGcOptions, "beforeMs" | "maxBytes">): readonly Folder[] {
  let left = runs.reduce((total, { bytes }) => total + bytes, 0);
  return runs.filter(({ bytes, lastMs, isLive }) => {
    const goes = !isLive && ((beforeMs !== null && lastMs < beforeMs) || (maxBytes !== null && left > maxBytes));
    if (goes) left -= bytes;
    return goes;
  });
}

function count(runs: number): string {
  return `${runs} run${runs === 1 ? "" : "s"}`;
}
