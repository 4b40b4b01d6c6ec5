import type { Json } from "../../compiler/ir/json.ts";
import type { Attempt, Delta, ModelAnswer, ModelTask, Usage } from "../3-task/task.ts";
import type { Tries, Trouble } from "./attempts.ts";

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
      /** What it took all the same, as the server told. */
      readonly usage?: Usage;
    };

/** A request that was answered by no model. */
export function modelFailure(
  { cause, status, code, type, message }: Trouble,
  { attempts, wasted }: Pick<Tries<never>, "attempts" | "wasted">,
): ProviderResult {
  return { kind: "failed", code: "model", message, details: { cause, status, code, type }, attempts, ...wastedUsage(wasted) };
}

/** The field that tells it, where a server did. */
export function wastedUsage(wasted: Usage | null): { readonly usage?: Usage } {
  return wasted ? { usage: wasted } : {};
}

/** Answers model requests. Never rejects, never logs, never puts a key into what it returns. */
export interface Provider {
  readonly name: string;
  readonly complete: (task: ModelTask, context: ProviderContext) => Promise<ProviderResult>;
}
