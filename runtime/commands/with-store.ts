import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import { objectsOf, openStore, type Store } from "../5-store/store.ts";
import { type Found, findRun, type Row } from "./find-run.ts";
import { type Io, tell } from "./io.ts";

/** How long a command waits for a database that is in use, in milliseconds. */
export const storeWaitMs = 2000;

/** Opens the store for the time of `use`, and tells what could not be read. */
export async function withStore(stateDir: string, io: Io, use: (store: Store) => Promise<ExitCode>): Promise<ExitCode> {
  const store = await openStore({ stateDir, waitMs: storeWaitMs });
  try {
    if (store.warnings.length > 0) tell(io, store.warnings);
    return await use(store);
  } finally {
    store.close();
  }
}

/** Opens the store and finds the runs that the words name; tells what names none. */
export async function withRuns(
  { stateDir, runs, io }: { stateDir: string; runs: readonly string[]; io: Io },
  use: (store: Store, found: readonly Extract<Found, { kind: "ok" }>[]) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withStore(stateDir, io, async (store) => {
    const found: Extract<Found, { kind: "ok" }>[] = [];
    for (const word of runs) {
      const one = await findRun(store, word, stateDir);
      if (one.kind === "failed") return failed(io, one);
      found.push(one);
    }
    return use(store, found);
  });
}

/** The rows of a query of our own. Throws where it fails: that is a bug. */
export async function rowsOf(store: Store, sql: string, values: readonly string[] = []): Promise<readonly Row[]> {
  const result = await store.query(sql, values);
  if (result.kind === "failed") throw new Error(result.diagnostic.message);
  return objectsOf(result);
}

/** Tells why something failed. */
export function failed(io: Io, { diagnostic }: { readonly diagnostic: Diagnostic }): ExitCode {
  tell(io, [diagnostic]);
  return exitCodes.diagnostics;
}
