import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { runDir } from "../4-trace/run-folder.ts";
import { runId } from "./run-id.ts";

const prefix = "recorded:";

/** Flags whose `--model recorded:RUN` names the run's folder in place of the run, as the provider wants it. */
export async function withRunFolder<F extends { readonly model?: string }>(
  flags: F,
  stateDir: string,
): Promise<{ readonly kind: "ok"; readonly flags: F } | { readonly kind: "failed"; readonly diagnostic: Diagnostic }> {
  const word = flags.model?.startsWith(prefix) ? flags.model.slice(prefix.length) : "";
  if (word === "" || word.includes("/")) return { kind: "ok", flags };
  const found = await runId(stateDir, word);
  return found.kind === "ok" ? { kind: "ok", flags: { ...flags, model: prefix + runDir(stateDir, found.id) } } : found;
}
