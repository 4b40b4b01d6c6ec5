import { existsSync } from "node:fs";
import type { Diagnostic } from "../../../compiler/diagnostics/diagnostic.ts";
import { readRun } from "../../4-trace/read.ts";
import { runDir } from "../../4-trace/run-folder.ts";
import { type Ended, type ExecOptions, exec } from "../../exec.ts";
import { openRun, resume } from "../../resume.ts";
import { type RunResult, resultOf } from "../result-json.ts";
import { type Tally, tally } from "../tally.ts";

/** How the run of one line ended; `refused`: it could not begin, or go on. */
export type LineResult =
  | { readonly kind: "ended"; readonly result: RunResult }
  | { readonly kind: "refused"; readonly diagnostic: Diagnostic };

/** Runs a line, or goes on with its run where an earlier process has begun it. What it spent is told of all processes together. */
export async function runLine(options: ExecOptions): Promise<LineResult> {
  const startUs = options.nowUs();
  const { stateDir, traceId } = options;
  const ended = (how: Ended, counted: Tally): LineResult => ({
    kind: "ended",
    result: resultOf(how, { traceId, ms: (options.nowUs() - startUs) / 1000, tally: counted }),
  });
  const began = existsSync(runDir(stateDir, traceId)) ? openRun(stateDir, traceId) : null;
  if (began?.kind === "open") {
    const result = await resume(began.run, { ...options, accept: false, settle: new Map() });
    if (result.kind === "ended") return ended(result, recorded(options));
    return result.kind === "refused" ? result : ended(uncertain(result.calls), recorded(options));
  }
  if (began && began.diagnostic.code !== "run/never-began") return { kind: "refused", diagnostic: began.diagnostic };
  const counted = tally();
  const onEvent: ExecOptions["onEvent"] = (event) => {
    counted.note(event);
    options.onEvent(event);
  };
  const result = await exec({ ...options, onEvent });
  return result.kind === "ended" ? ended(result, counted) : result;
}

/** What a run's log tells of it. */
function recorded({ stateDir, traceId }: ExecOptions): Tally {
  const counted = tally();
  for (const row of readRun(runDir(stateDir, traceId))) counted.note(row);
  return counted;
}

function uncertain(calls: readonly { readonly path: string; readonly tool: string }[]): Ended {
  const [first] = calls;
  const message = `it is not known whether ${calls.map(({ path }) => path).join(", ")} took effect; tama resume --settle tells it`;
  return {
    kind: "ended",
    status: "uncertain",
    settled: { kind: "failed", failure: { code: "uncertain", message, path: first?.path ?? "" } },
  };
}
