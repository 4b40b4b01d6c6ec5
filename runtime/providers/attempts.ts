import type { ModelCause } from "../../compiler/ir/failure.ts";
import type { Attempt, Usage } from "../3-task/task.ts";
import { sumOfUsage } from "../3-task/usage.ts";
import type { ServerError } from "./server-error.ts";

/** How one try ended. `again`: at once, another way; `later`: after a pause, which the server may have named. */
export type Try<T> =
  | { readonly kind: "done"; readonly value: T; readonly status: number }
  | ({ readonly kind: "failed" } & Trouble)
  | ({ readonly kind: "again" } & Trouble)
  | ({ readonly kind: "later"; readonly afterMs: number | null } & Trouble);

/** Why a try failed. `status` is null where there was no response. */
export interface Trouble extends ServerError {
  readonly cause: ModelCause;
  /** What it took all the same, where the server told. */
  readonly usage?: Usage | null;
}

export interface RetryPolicy {
  /** Most tries of one request; those that are made `again` do not count. */
  readonly tries: number;
  /** Most tries where the server says that too much is asked of it, which the tries of others around it are part of. */
  readonly crowdedTries: number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly nowUs: () => number;
  readonly signal: AbortSignal;
}

/** How all tries ended, and what those took that failed. `stopped`: the signal came. */
export type Tries<T> = { readonly attempts: readonly Attempt[]; readonly wasted: Usage | null } & (
  | { readonly kind: "done"; readonly value: T }
  | ({ readonly kind: "failed" } & Trouble)
  | { readonly kind: "stopped" }
);

/** The longest pause between two tries. A server that asks for more is not asked again. */
export const maxPauseMs = 120_000;

/** Tries until it is done, cannot succeed, or the tries are used up. Every try is recorded. `once` never rejects. */
export async function tryAgain<T>(once: () => Promise<Try<T>>, policy: RetryPolicy): Promise<Tries<T>> {
  const attempts: Attempt[] = [];
  let wasted: Usage | null = null;
  for (let pauses = 0; !policy.signal.aborted; ) {
    const startUs = policy.nowUs();
    const result = await once();
    attempts.push({ startUs, endUs: policy.nowUs(), status: result.status, ...toldOf(result, policy.signal) });
    if (result.kind === "done") return { kind: "done", value: result.value, attempts, wasted };
    wasted = sumOfUsage(wasted, result.usage ?? null);
    if (policy.signal.aborted) break;
    if (result.kind === "again") continue;
    if (result.kind === "failed" || isEnough(result, pauses + 1, policy)) return { ...result, kind: "failed", attempts, wasted };
    await policy.sleep(pauseMs(pauses, result.afterMs, policy.random), policy.signal);
    pauses++;
  }
  return { kind: "stopped", attempts, wasted };
}

function toldOf<T>(result: Try<T>, { aborted }: AbortSignal): Pick<Attempt, "error" | "cause"> {
  if (result.kind === "done") return { error: null, cause: null };
  return aborted ? { error: "stopped", cause: null } : { error: result.message, cause: result.cause };
}

function isEnough({ cause, afterMs }: Try<never> & { kind: "later" }, made: number, { tries, crowdedTries }: RetryPolicy): boolean {
  return made >= (cause === "rate-limit" ? crowdedTries : tries) || (afterMs ?? 0) > maxPauseMs;
}

/** Waits; returns early when the signal comes. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}

/** The pause that `Retry-After` and `retry-after-ms` ask for, in milliseconds; null where there is none. */
export function retryAfterMs(headers: Headers, nowMs: number): number | null {
  const exact = Number.parseFloat(headers.get("retry-after-ms") ?? "");
  if (exact >= 0) return exact;
  const value = headers.get("retry-after");
  if (value === null) return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

/**
 * What the server asked for and up to a quarter more, so that not all who were refused come back at once; else half a second doubled
 * each time up to eight, of which a random part up to a half is taken off.
 */
function pauseMs(pauses: number, afterMs: number | null, random: () => number): number {
  if (afterMs !== null) return afterMs * (1 + random() / 4);
  return Math.min(500 * 2 ** pauses, 8_000) * (1 - random() / 2);
}
