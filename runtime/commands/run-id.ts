import { existsSync } from "node:fs";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { runDir } from "../4-trace/run-folder.ts";
import { openStore } from "../5-store/store.ts";
import { findRun } from "./find-run.ts";
import { storeWaitMs } from "./with-store.ts";

export type RunId = { readonly kind: "ok"; readonly id: string } | { readonly kind: "failed"; readonly diagnostic: Diagnostic };

/** The id of the run that a word names: itself, a beginning of it, or `last`. Only a whole id needs no database. Reports runs/none, runs/unknown, runs/ambiguous. */
export async function runId(stateDir: string, word: string): Promise<RunId> {
  if (/^[0-9a-f]{32}$/.test(word) && existsSync(runDir(stateDir, word))) return { kind: "ok", id: word };
  const store = await openStore({ stateDir, waitMs: storeWaitMs });
  try {
    const found = await findRun(store, word, stateDir);
    return found.kind === "ok" ? { kind: "ok", id: found.id } : found;
  } finally {
    store.close();
  }
}
