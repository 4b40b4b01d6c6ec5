import { isList, isObject, type Json } from "./json.ts";

/**
 * Why a step failed. `no-route`: a finish whose key nobody routes; `max-turns`: a react loop that never finished;
 * `exhausted`: a repetition that never ended; `schema`: an answer of the wrong type; `all-failed`: a fan-out without
 * a single success; `require`: a condition that a pattern states; `model`, `tool`, `code`: the call itself failed;
 * `refused`: a tool that nobody granted; `unsupported`: this runtime cannot do the step; `worker-died`: its thread ended.
 * The rest end a run and are never collected, caught or retried.
 */
export const failureCodes = [
  "no-route",
  "max-turns",
  "exhausted",
  "schema",
  "all-failed",
  "require",
  "model",
  "tool",
  "refused",
  "code",
  "unsupported",
  "worker-died",
  "limit",
  "cancelled",
  "replay-miss",
  "waiting",
  "uncertain",
  "bug",
] as const;

export type FailureCode = (typeof failureCodes)[number];

/**
 * What the failure of a model's request comes from, as its `details` tell under `cause`. `quota`: the account has used up what it may;
 * `bad-request`: any other refusal; `bad-answer`: what came is no answer. The first four pass, and are what a request is made again for.
 */
export const modelCauses = [
  "rate-limit",
  "overload",
  "timeout",
  "connection",
  "quota",
  "auth",
  "context-too-long",
  "content-filter",
  "bad-request",
  "bad-answer",
] as const;

export type ModelCause = (typeof modelCauses)[number];

/** A failed step as data. `path` is the task or op that failed; `details` depend on the code; secrets never enter. */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  readonly path: string;
  readonly details?: Json;
}

const fatal: ReadonlySet<FailureCode> = new Set(["limit", "cancelled", "replay-miss", "waiting", "uncertain", "bug"]);

/** Whether a failure ends the run whatever its surroundings say. */
export function isFatal(failure: Pick<Failure, "code">): boolean {
  return fatal.has(failure.code);
}

/** A failure as the value that `"!error"` edges and collected fan-outs carry. */
export function failureValue(failure: Failure): Json {
  const { code, message, path, details } = failure;
  return details === undefined ? { code, message, path } : { code, message, path, details };
}

/** What a model's failure comes from; null where nothing is told, or it is another failure. */
export function modelCause({ code, details }: Failure): ModelCause | null {
  const cause = code === "model" && isObject(details) ? details["cause"] : undefined;
  return modelCauses.find((known) => known === cause) ?? null;
}

/** What a failure comes from: what a fan-out, or a step that asks for a success among several, has collected in vain, to its roots; else itself. */
export function rootsOf(failure: Failure): readonly Failure[] {
  const collected = collectedIn(failure);
  return collected.length > 0 ? collected.flatMap(rootsOf) : [failure];
}

function collectedIn({ code, details = null }: Failure): readonly Failure[] {
  if ((code !== "all-failed" && code !== "require") || !isList(details)) return [];
  return details.flatMap((entry) => (isObject(entry) ? (readFailure(entry["failure"] ?? null) ?? []) : []));
}

function readFailure(value: Json): Failure | null {
  if (!isObject(value)) return null;
  const { message, path, details } = value;
  const code = failureCodes.find((known) => known === value["code"]);
  if (code === undefined || typeof message !== "string" || typeof path !== "string") return null;
  return details === undefined ? { code, message, path } : { code, message, path, details };
}
