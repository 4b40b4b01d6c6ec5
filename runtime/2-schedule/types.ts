import type { Digest } from "../../compiler/ir/digest.ts";
import type { Failure } from "../../compiler/ir/failure.ts";
import type { Json } from "../../compiler/ir/json.ts";
import type { Path } from "../../compiler/ir/path.ts";
import type { Message, Task, TaskResult } from "../3-task/task.ts";
import type { TraceEvent } from "../4-trace/columns.ts";

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
  | { readonly kind: "settled"; readonly path: Path; readonly result: TaskResult }
  | { readonly kind: "stop"; readonly reason: string };

/** What the scheduler asks of the world, in this order. */
export type Command =
  | { readonly kind: "task"; readonly task: Task }
  | { readonly kind: "cancel"; readonly path: Path }
  | ({ readonly kind: "record" } & Recorded)
  | { readonly kind: "keep"; readonly digest: Digest; readonly bytes: Uint8Array }
  | { readonly kind: "ended"; readonly settled: Settled };

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
