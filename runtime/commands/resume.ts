import { runNoPlan, runUncertain } from "../../compiler/diagnostics/codes.generated.ts";
import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { readText } from "../1-load/read-text.ts";
import { recordedModels, resolveRecorded } from "../1-load/recorded-models.ts";
import { runDir } from "../4-trace/run-folder.ts";
import { loadRuns } from "../5-store/store.ts";
import { keptPlanFile } from "../journal/kept-plan.ts";
import type { Settlement } from "../journal/resume.ts";
import type { Allowance } from "../permissions/allowance.ts";
import { missingGrants } from "../permissions/reach.ts";
import { type OpenedRun, openRun, type ResumeResult, resume } from "../resume.ts";
import { type Host, judgePlan } from "./exec.ts";
import { type Io, tell } from "./io.ts";
import { allowedBy } from "./permissions-cli.ts";
import { announce, type Reported, refuse, report } from "./report-run.ts";
import { runId } from "./run-id.ts";
import { environmentOf, openWorld, type RunFlags, stateOf } from "./run-world.ts";
import { storeWaitMs } from "./with-store.ts";

/** The flags of `tama resume`. */
export interface ResumeFlags extends RunFlags {
  /** A plan to go on with, in place of the run's own. */
  readonly plan?: string;
  readonly accept?: true;
  /** What became of calls, by their paths. */
  readonly settle: ReadonlyMap<string, Settlement>;
}

/** `tama resume RUN`: goes on with a run where it stopped. */
export async function resumeCommand(word: string, flags: ResumeFlags, host: Host): Promise<ExitCode> {
  const { io } = host;
  const state = stateOf(flags, host);
  const found = await runId(state, word);
  if (found.kind === "failed") return refuse(io, [found.diagnostic], exitCodes.diagnostics);
  const opened = openRun(state, found.id);
  if (opened.kind === "failed") return refuse(io, [opened.diagnostic], exitCodes.diagnostics);
  const going = await goOn(opened.run, flags, host);
  if (typeof going === "number") opened.run.log.close();
  else tell(io, await loadRuns({ stateDir: state, waitMs: storeWaitMs, run: found.id }));
  return typeof going === "number" ? going : going.code;
}

/** Goes on with an open run. A bare code: it was not begun, and its log is still open. */
async function goOn(run: OpenedRun, flags: ResumeFlags, host: Host): Promise<ExitCode | { readonly code: ExitCode }> {
  const { io } = host;
  const allowed = allowedBy(flags, host);
  if (allowed.kind === "failed") return refuse(io, allowed.diagnostics, exitCodes.diagnostics);
  const { allowance } = allowed;
  const judged = planOf(run, flags.plan, allowance, host);
  if (judged.kind === "refused") return judged.code;
  const { plan } = judged;
  const environment = environmentOf(flags, host);
  if (environment.kind === "failed") return refuse(io, environment.diagnostics, exitCodes.diagnostics);
  const isOffline = run.journal.ended?.status === "ok";
  const models = isOffline ? recordedModels(run.started) : resolveRecorded(plan, run.started, environment.env);
  if (models.kind === "failed") return refuse(io, models.diagnostics, exitCodes.diagnostics);
  const { servers } = models;
  const asked = { models: models.models, model: run.started.override, isOffline, env: environment.env, allowance, servers };
  const world = await openWorld(plan, asked, flags, host);
  if (world.kind === "failed") return refuse(io, world.diagnostics, world.code);
  const { options, tally, close } = world.world;
  const { entry, notes } = run.started;
  const grants = isOffline ? null : options.grants;
  const again =
    grants && missingGrants(plan, grants).length > 0 ? ["grants are not kept: what the run was granted before is to be granted again"] : [];
  if (!flags.quiet) announce(io, plan, { entry, traceId: run.traceId, how: ", resumed", notes: [...again, ...notes], grants });
  const startUs = options.nowUs();
  const result = await resume(run, { ...options, plan, models: models.models, accept: flags.accept ?? false, settle: flags.settle });
  close();
  const ms = (options.nowUs() - startUs) / 1000;
  return { code: told(io, result, run, { ms, tally, quiet: flags.quiet ?? false, format: flags.format ?? "text", where: flags }) };
}

function told(io: Io, result: ResumeResult, { stateDir, traceId }: OpenedRun, how: Omit<Reported, "stateDir" | "traceId">): ExitCode {
  if (result.kind !== "uncertain") return report(io, result, { stateDir, traceId, ...how });
  const run = traceId.slice(0, 8);
  return refuse(
    io,
    result.calls.map(({ path, tool }) => runUncertain(null, { path, tool, run })),
    exitCodes.waiting,
  );
}

/** The plan that is named, or the one that the run keeps. */
function planOf(
  run: OpenedRun,
  named: string | undefined,
  allowance: Allowance,
  host: Host,
): { kind: "ok"; plan: Plan } | { kind: "refused"; code: ExitCode } {
  if (named !== undefined) return judgePlan(named, allowance, host);
  const file = keptPlanFile(runDir(run.stateDir, run.traceId));
  const kept = readText(file);
  if (kept.kind === "ok") return judgePlan(file, allowance, host);
  const diagnostic = runNoPlan(null, { run: run.traceId.slice(0, 8), reason: kept.diagnostic.message });
  return { kind: "refused", code: refuse(host.io, [diagnostic], exitCodes.diagnostics) };
}
