import { type Failure, modelCause } from "../../compiler/ir/failure.ts";

/** A failure in one line for people. */
export function failureLine(failure: Failure): string {
  return `${failure.message} (${modelCause(failure) ?? failure.code} at ${failure.path})`;
}
