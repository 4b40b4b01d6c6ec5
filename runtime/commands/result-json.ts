import type { Failure } from "../../compiler/ir/failure.ts";
import type { Json } from "../../compiler/ir/json.ts";
import type { Ended, RunStatus } from "../exec.ts";
import type { Spent, Tally } from "./tally.ts";

/** How a run ended, for other programs. */
export interface RunResult {
  readonly run: string;
  readonly status: RunStatus;
  /** Null where there is no outcome. */
  readonly key: string | null;
  readonly value: Json;
  /** Why there is no outcome; null where there is one. */
  readonly failure: Failure | null;
  /** Paths of agents that failed without ending the run. */
  readonly failed: readonly string[];
  /** What was spent on it now; what earlier processes spent is in the record. */
  readonly usage: Spent;
  readonly duration_ms: number;
}

/** A run's end as one object. */
export function resultOf(
  { status, settled }: Ended,
  run: { readonly traceId: string; readonly ms: number; readonly tally: Pick<Tally, "spent" | "failed"> },
): RunResult {
  const isOk = settled.kind === "ok";
  return {
    run: run.traceId,
    status,
    key: isOk ? settled.key : null,
    value: isOk ? settled.value : null,
    failure: isOk ? null : settled.failure,
    failed: isOk ? run.tally.failed().map(({ path }) => path) : [],
    usage: run.tally.spent(),
    duration_ms: Math.round(run.ms),
  };
}
