import type { Digest } from "../../compiler/ir/digest.ts";
import type { Failure } from "../../compiler/ir/failure.ts";
import type { Json } from "../../compiler/ir/json.ts";
import type { Path } from "../../compiler/ir/path.ts";
import type { Message, Task, TaskResult, Usage } from "../3-task/task.ts";
import type { TraceEvent } from "../4-trace/columns.ts";
import type { Edit } from "./edits.ts";
import type { Verdict } from "./review.ts";

/** How an op or a run ended: an outcome (a failed one where failures are values), or a failure that propagates. */
export type Settled = Outcome | { readonly kind: "failed"; readonly failure: Failure };

/** A key and a value. `failed`: key `error`, the value a Failure. */
export interface Outcome {
  readonly kind: "ok";
  readonly key: string;
  readonly value: Json;
  readonly failed: boolean;
}

/** What the world tells the scheduler. */
export type Event =
  /** `isFree`: the answer was taken from another run, and counts for no limit. */
  | { readonly kind: "settled"; readonly path: Path; readonly result: TaskResult; readonly isFree?: boolean }
  /** The request at `path`, which was handed out, was made before and took that much: it has to find room once more. */
  | { readonly kind: "again"; readonly path: Path; readonly usage: Usage | null }
  /** The time at work is used up that a `watch` bounds. */
  | { readonly kind: "time"; readonly path: Path }
  /** A person changed a request that was handed out and is not made yet. */
  | { readonly kind: "edit"; readonly path: Path; readonly edit: Edit }
  /** What becomes of an agent that was to be reviewed; null where nobody has looked. */
  | { readonly kind: "verdict"; readonly path: Path; readonly verdict: Verdict | null }
  | { readonly kind: "stop"; readonly reason: string }
  /** It is to go on after `more`. What else has happened is told when nothing more is left, but for a stop and the end of a time. */
  | { readonly kind: "go" };

/** What the scheduler asks of the world, in this order. */
export type Command =
  | { readonly kind: "task"; readonly task: Task }
  | { readonly kind: "cancel"; readonly path: Path }
  /** The run goes on with this agent when a verdict comes. */
  | ({ readonly kind: "review" } & EndedAgent)
  | ({ readonly kind: "record" } & Recorded)
  /** Time at work is bounded, of the run (an empty path) or of an agent's run, until `unwatch`. */
  | { readonly kind: "watch"; readonly path: Path; readonly wallMs: number }
  | { readonly kind: "unwatch"; readonly path: Path }
  | { readonly kind: "keep"; readonly digest: Digest; readonly bytes: Uint8Array }
  /** What was written to files at or within these paths is to be undone, the last first. */
  | { readonly kind: "undo"; readonly scopes: readonly Path[] }
  /** Much has been worked off, and more is left. The last command of a list. */
  | { readonly kind: "more" }
  | { readonly kind: "ended"; readonly settled: Settled };

/** An attempt of an agent that has ended, by the path of its span. */
export interface EndedAgent {
  readonly path: Path;
  readonly agent: string;
  readonly settled: Settled;
}

/** An event for the trace, with the texts and messages whose digests it needs. */
export interface Recorded {
  readonly event: TraceEvent;
  readonly texts: Readonly<Partial<Record<"input_hash" | "value_hash" | "old_hash", string>>>;
  readonly messages: readonly Message[] | null;
}

/** A success. */
export function ok(key: string, value: Json): Outcome {
  return { kind: "ok", key, value, failed: false };
}
