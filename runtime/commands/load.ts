import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import { loadRuns, rebuildStore } from "../5-store/store.ts";
import { type Io, tell } from "./io.ts";
import { rowsOf, storeWaitMs, withStore } from "./with-store.ts";

/** `tama load`: brings the database up to the logs. Where it is damaged, or with `rebuild`, it is made anew from them. */
export async function loadCommand({ stateDir, rebuild }: { stateDir: string; rebuild: boolean }, io: Io): Promise<ExitCode> {
  const options = { stateDir, waitMs: storeWaitMs };
  const first = rebuild ? [] : await loadRuns(options);
  const isDamaged = first.some(({ code }) => code === "store/unusable");
  const told = rebuild || isDamaged ? await rebuildStore(options) : first;
  const stillFails = told.some(({ code }) => code === "store/unusable" || code === "store/busy");
  if (stillFails) {
    tell(io, told);
    return exitCodes.diagnostics;
  }
  if (isDamaged) tell(io, first);
  return withStore(stateDir, io, async (store) => {
    const [row] = await rowsOf(store, "SELECT count(DISTINCT trace_id) AS runs, count(*) AS rows FROM log");
    io.stderr(
      `${rebuild || isDamaged ? "rebuilt" : "up to date"}: ${row?.["runs"]} runs, ${row?.["rows"]} rows in ${stateDir}/tama.duckdb\n`,
    );
    return exitCodes.ok;
  });
}
