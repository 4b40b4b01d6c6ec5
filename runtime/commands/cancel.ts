import { setTimeout as sleep } from "node:timers/promises";
import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import { runDir } from "../4-trace/run-folder.ts";
import { ownerOf } from "../4-trace/segments.ts";
import { cancel } from "../people/cancel.ts";
import type { Io } from "./io.ts";
import { refuse } from "./report-run.ts";
import { runId } from "./run-id.ts";

export interface CancelOptions {
  readonly stateDir: string;
  readonly run: string;
  readonly nowUs: () => number;
}

/** How long it is watched whether a run stops, and how often it is looked, in milliseconds. */
const watch = { forMs: 10_000, everyMs: 50 };

/** `tama cancel RUN`: stops a run, wherever it is at work, or withdraws the questions of one that waits. */
export async function cancelCommand({ stateDir, run: word, nowUs }: CancelOptions, io: Io): Promise<ExitCode> {
  const found = await runId(stateDir, word);
  if (found.kind === "failed") return refuse(io, [found.diagnostic], exitCodes.diagnostics);
  const result = cancel(stateDir, found.id, nowUs);
  if (result.kind === "failed") return refuse(io, [result.diagnostic], exitCodes.diagnostics);
  const run = found.id.slice(0, 8);
  const hasStopped = result.kind === "stopped" || (await stops(runDir(stateDir, found.id), result.pid));
  io.stderr(
    hasStopped
      ? `tama: run ${run} is stopped; go on with: tama resume ${run}\n`
      : `tama: run ${run} was asked to stop; process ${result.kind === "asked" ? result.pid : ""} is still at it\n`,
  );
  return exitCodes.ok;
}

async function stops(dir: string, pid: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < watch.forMs; waitedMs += watch.everyMs) {
    if (ownerOf(dir)?.pid !== pid) return true;
    await sleep(watch.everyMs);
  }
  return false;
}
