import type { Json } from "../../compiler/ir/json.ts";
import type { Attempt, Delta, ModelAnswer, ModelTask } from "../3-task/task.ts";
import type { Trouble } from "./attempts.ts";

/** What a provider gets besides the request. */
export interface ProviderContext {
  /** Reads an environment variable: the key named by `keyEnv`. */
  readonly env: (name: string) => string | undefined;
  readonly signal: AbortSignal;
  readonly nowUs: () => number;
  /** Told what of the answer is there already. Default: nobody, and the answer comes as a whole. Either way it is the same answer. */
  readonly onDelta?: (delta: Delta) => void;
}

export type ProviderResult =
  | { readonly kind: "ok"; readonly answer: ModelAnswer; readonly attempts: readonly Attempt[] }
  | {
      readonly kind: "failed";
      readonly code: "model" | "cancelled" | "replay-miss";
      readonly message: string;
      readonly details: Json;
      readonly attempts: readonly Attempt[];
    };

/** A request that was answered by no model. */
export function modelFailure({ cause, status, code, type, message }: Trouble, attempts: readonly Attempt[]): ProviderResult {
  return { kind: "failed", code: "model", message, details: { cause, status, code, type }, attempts };
}

/** Answers model requests. Never rejects, never logs, never puts a key into what it returns. */
export interface Provider {
  readonly name: string;
  readonly complete: (task: ModelTask, context: ProviderContext) => Promise<ProviderResult>;
}
