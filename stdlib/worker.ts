import type { Json, JsonObject } from "../compiler/ir/json.ts";
import type { Type } from "../compiler/ir/types.ts";

/** What a worker sees besides its input: the values of the memory keys that it `reads`, null where unset. */
export interface WorkerContext {
  readonly memory: JsonObject;
}

/** What a worker returns: its value, or a value under one of its declared keys. */
export type WorkerResult = Json | { readonly key: string; readonly value: Json };

/** What one declares of a deterministic worker. */
export interface Worker {
  /** What it can do, kebab-case: `count-words`. */
  readonly capability: string;
  readonly description?: string;
  /** Default text. */
  readonly input?: Type;
  /** Default text. */
  readonly output?: Type;
  /** Routing keys; when given, `run` returns `{key, value}`. Without, the key is `done`. */
  readonly keys?: readonly string[];
  /** Keys of shared memory that it reads. */
  readonly reads?: readonly string[];
  /** The longest time that one call may take. Default 60,000. */
  readonly timeoutMs?: number;
  /** The same input and memory give the same result: no clock, no random, no network. */
  readonly run: (input: never, context: WorkerContext) => WorkerResult | Promise<WorkerResult>;
}

/** How long one call may take where a worker does not say, in milliseconds. */
export const defaultTimeoutMs = 60_000;

/** Declares a worker: the default export of a `worker.ts`. */
export function defineWorker<const W extends Worker>(worker: W): W {
  return worker;
}
