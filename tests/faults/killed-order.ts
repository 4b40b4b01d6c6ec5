import type { Settlement } from "../../runtime/journal/resume.ts";

/** At which of its writes to the log a process dies: before, half way through, or after it. */
export interface KillAtWrite {
  readonly write: number;
  readonly when: "before" | "within" | "after";
}

/** What a process of a killed run is to do. */
export interface Order {
  /** Whether it begins the run; else it goes on with it. */
  readonly begins: boolean;
  /** The file of the plan. */
  readonly plan: string;
  readonly stateDir: string;
  readonly traceId: string;
  /** The URL of the server that counts. */
  readonly server: string;
  readonly kill: KillAtWrite | null;
  readonly settle: readonly (readonly [path: string, settlement: Settlement])[];
}
