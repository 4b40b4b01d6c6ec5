import type { TraceEvent } from "../4-trace/columns.ts";

/** Counts what a process spends. */
export interface Tally {
  readonly note: (event: TraceEvent) => void;
  /** US dollars; null where no price is told. */
  readonly usd: () => number | null;
}

/** Starts at nothing. What comes from a record costs nothing. */
export function tally(): Tally {
  let usd: number | null = null;
  return {
    note: ({ kind, cost_usd: cost, source }) => {
      if (kind === "llm_call" && cost != null && source == null) usd = (usd ?? 0) + cost;
    },
    usd: () => usd,
  };
}
