import type { Json } from "../../compiler/ir/json.ts";

/** Why something about a session, its agents or a plan for them failed. */
export const sessionErrorCodes = [
  "session_not_found",
  "session_corrupted",
  "session_invalid_state",
  "state_conflict",
  "agent_not_found",
  "agent_capability_not_found",
  "agent_invocation_failed",
  "agent_invalid_params",
  "agent_timeout",
  "dispatch_sequence_failed",
  "dispatch_no_agent_for_capability",
  "plan_generation_failed",
  "plan_invalid_format",
  "plan_llm_error",
  "persist_save_failed",
  "persist_load_failed",
  "persist_file_not_found",
  "persist_schema_mismatch",
  "artifact_not_found",
  "artifact_too_large",
  "artifact_invalid_name",
  "validation_error",
  "unknown_error",
] as const;

export type SessionErrorCode = (typeof sessionErrorCodes)[number];

/** A failure as plain data. `details` depend on the code. */
export interface SessionError {
  readonly code: SessionErrorCode;
  readonly message: string;
  readonly details: Json;
}

/** What came of a call that can fail. */
export type Result<T> = { readonly kind: "ok"; readonly value: T } | Failed;

export interface Failed {
  readonly kind: "failed";
  readonly error: SessionError;
}

/** A success. */
export function okay<T>(value: T): Result<T> {
  return { kind: "ok", value };
}

/** A failure. */
export function failed(code: SessionErrorCode, message: string, details: Json = null): Failed {
  return { kind: "failed", error: { code, message, details } };
}

/** The value of a success. For scripts: throws an Error, with `code`, where there is none. */
export function take<T>(result: Result<T>): T {
  if (result.kind === "ok") return result.value;
  const { code, message, details } = result.error;
  throw Object.assign(new Error(`${message} (${code})`), { code, details });
}

/** Does what may meet a system error, which becomes a failure; any other error is a bug and passes on. */
export function attempt<T>(code: SessionErrorCode, work: () => T): Result<T> {
  try {
    return okay(work());
  } catch (error) {
    if (error instanceof Error && "syscall" in error) return failed(code, error.message);
    throw error;
  }
}
