import { runsAmbiguous, runsNone, runsUnknown } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import type { Json } from "../../compiler/ir/json.ts";
import { objectsOf, type Store } from "../5-store/store.ts";

/** A row of a table, by column. */
export type Row = Readonly<Record<string, Json>>;

/** The run that a word names, as a row of `runs`, or why it names none. */
export type Found =
  | { readonly kind: "ok"; readonly id: string; readonly run: Row }
  | { readonly kind: "failed"; readonly diagnostic: Diagnostic };

/** Finds a run by its id, any beginning of it that is its own, or `last`. Reports runs/none, runs/unknown, runs/ambiguous. */
export async function findRun(store: Store, word: string, stateDir: string): Promise<Found> {
  const isLast = word === "last";
  const result = await store.query(
    `SELECT * FROM runs WHERE starts_with(trace_id, ?) ORDER BY timestamp DESC, trace_id LIMIT ${isLast ? 1 : 4}`,
    [isLast ? "" : word.toLowerCase()],
  );
  if (result.kind === "failed") return result;
  const runs = objectsOf(result);
  const [run] = runs;
  if (!run) return { kind: "failed", diagnostic: isLast ? runsNone(null, { dir: stateDir }) : runsUnknown(null, { run: word }) };
  if (runs.length > 1) return { kind: "failed", diagnostic: runsAmbiguous(null, { run: word, ids: listed(runs, word) }) };
  return { kind: "ok", id: String(run["trace_id"]), run };
}

function listed(runs: readonly Row[], word: string): string {
  const shown = runs.slice(0, 3).map((row) => String(row["trace_id"]).slice(0, Math.max(12, word.length + 4)));
  return [...shown, ...(runs.length > 3 ? ["..."] : [])].join(", ");
}
