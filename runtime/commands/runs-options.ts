/** How a run can stand. */
export const runStatuses = ["running", "ok", "error", "limit", "waiting", "uncertain", "interrupted"] as const;

/** By what `tama runs` sorts. */
export const runOrders = ["newest", "oldest", "longest", "tokens", "cost"] as const;

/** The flags of `tama runs`. */
export interface RunsOptions {
  readonly stateDir: string;
  readonly format: "text" | "json";
  /** How many. */
  readonly limit: number;
  readonly sort: (typeof runOrders)[number];
  readonly status: (typeof runStatuses)[number] | null;
  readonly entry: string | null;
  /** Milliseconds since 1970: only runs that started then or later. */
  readonly sinceMs: number | null;
}
