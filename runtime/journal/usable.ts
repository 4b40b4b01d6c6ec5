import { runHashesOnly, runNeverBegan } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import type { Journal } from "./journal.ts";
import type { Started } from "./started.ts";

export type Usable =
  | { readonly kind: "ok"; readonly journal: Journal; readonly started: Started }
  | { readonly kind: "failed"; readonly diagnostic: Diagnostic };

/** Whether one can go by a journal: it begins, and holds what was said. Reports run/never-began, run/hashes-only. */
export function usable(journal: Journal): Usable {
  const { started, traceId, keepsTexts } = journal;
  const run = traceId.slice(0, 8);
  if (!started) return { kind: "failed", diagnostic: runNeverBegan(null, { run }) };
  return keepsTexts ? { kind: "ok", journal, started } : { kind: "failed", diagnostic: runHashesOnly(null, { run }) };
}
