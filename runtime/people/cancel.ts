import { peopleNotCancelled, runNeverBegan } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { createRecorder } from "../4-trace/recorder.ts";
import { openRunLog, runDir } from "../4-trace/run-folder.ts";
import { ownerOf } from "../4-trace/segments.ts";
import { recordEnd } from "../exec.ts";
import { readJournal } from "../journal/journal.ts";
import { cancelReason } from "../run-loop.ts";
import { postCancel } from "./mailbox.ts";

/** `asked`: a process writes the run, and was asked to stop it. `stopped`: nobody did, and it stands as interrupted. */
export type CancelResult =
  | { readonly kind: "asked"; readonly pid: number }
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly diagnostic: Diagnostic };

/**
 * Stops a run that goes on, as Ctrl-C would; of one that waits or was killed, notes that nobody waits for it. Both can be resumed, and ask again then.
 * Reports people/not-cancelled, run/never-began, trace/locked, trace/newer-log, trace/unwritable.
 */
export function cancel(stateDir: string, traceId: string, nowUs: () => number): CancelResult {
  const dir = runDir(stateDir, traceId);
  const owner = ownerOf(dir);
  if (!owner) return markStopped(stateDir, traceId, nowUs);
  postCancel(dir, owner);
  return { kind: "asked", pid: owner.pid };
}

function markStopped(stateDir: string, traceId: string, nowUs: () => number): CancelResult {
  const opened = openRunLog(stateDir, traceId);
  if (opened.kind === "failed") return opened;
  const { started, ended, hashes, keepsTexts } = readJournal(runDir(stateDir, traceId), traceId);
  const recorder = createRecorder({ log: opened.log, traceId, nowUs, texts: keepsTexts ? "full" : "hash", known: hashes });
  try {
    if (!started) return { kind: "failed", diagnostic: runNeverBegan(null, { run: traceId.slice(0, 8) }) };
    if (ended?.status === "ok" || ended?.status === "error")
      return { kind: "failed", diagnostic: peopleNotCancelled(null, { run: traceId.slice(0, 8), status: ended.status }) };
    const failure = { code: "cancelled", message: cancelReason, path: "" } as const;
    if (ended?.status !== "interrupted")
      recordEnd(recorder, started.entry, { settled: { kind: "failed", failure }, status: "interrupted" });
    return { kind: "stopped" };
  } finally {
    recorder.close();
  }
}
