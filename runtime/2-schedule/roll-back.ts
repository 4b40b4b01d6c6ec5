/** Undoes what failed agents wrote. Memory is undone by dropping views; here the log and the world are told. */
import { canonical } from "../../compiler/ir/json.ts";
import type { Path } from "../../compiler/ir/path.ts";
import type { OpFrame, Run } from "./frames.ts";
import { record } from "./record.ts";

/** Why something is undone: it failed and is tried again, a person sent it back, or its failure is a value that somebody goes on with. */
export type RollbackReason = "retry" | "rejected" | "caught" | "collected";

/** Notes that an op has written, for itself and all that it is part of. */
export function noteWrite(frame: OpFrame): void {
  for (let op: OpFrame | null = frame; op && !op.hasWritten; op = op.body.owner) {
    op.hasWritten = true;
    op.body.hasWritten = true;
  }
}

/** Undoes all that was written at or within `scopes`, which have ended. `around`: the agent span that goes on. */
export function rollBack(run: Run, scopes: readonly Path[], { reason, around }: { reason: RollbackReason; around: Path }): void {
  if (scopes.length === 0) return;
  for (const path of scopes) {
    record(run, { kind: "rollback", path, ...(around === "" ? {} : { parent: around }), detail: canonical({ reason }) });
  }
  run.commands.push({ kind: "undo", scopes });
}
