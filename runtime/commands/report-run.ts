import { runHashesOnly, runReplayMiss } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import { type Failure, rootsOf } from "../../compiler/ir/failure.ts";
import { isObject, toText } from "../../compiler/ir/json.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { runDir } from "../4-trace/run-folder.ts";
import type { ExecResult, RunStatus } from "../exec.ts";
import { readJournal } from "../journal/journal.ts";
import { openQuestions } from "../people/open-questions.ts";
import type { Grants } from "../permissions/grants.ts";
import { givenGrants, missingGrants } from "../permissions/reach.ts";
import { failureLine } from "./failure-line.ts";
import { type Io, tell } from "./io.ts";
import { flagFor } from "./limits-cli.ts";
import { adviceOn } from "./model-advice.ts";
import { formatMs, labelOf } from "./progress.ts";
import { commandText, questionLines, shellWord, type Where } from "./question-text.ts";
import { resultOf } from "./result-json.ts";
import { formatUsd } from "./run-text.ts";
import type { FailedAgent, Tally } from "./tally.ts";

/** What begins. `grants` null: nothing is done, so that nothing need be granted. */
export interface Begun {
  readonly entry: string;
  /** Null for many runs at once. */
  readonly traceId: string | null;
  readonly how: string;
  readonly notes: readonly string[];
  readonly grants: Grants | null;
}

/** Says what begins, what it can reach, and what of that is granted now. */
export function announce(io: Io, plan: Plan, run: Begun): void {
  const agents = Object.keys(plan.blocks).length;
  const reach = plan.needs.effects.length > 0 ? plan.needs.effects.join(", ") : "nothing beyond its models";
  const what = `${run.entry}, ${agents} agent${agents === 1 ? "" : "s"}; it can reach ${reach}`;
  const which = run.traceId === null ? "" : `run ${run.traceId.slice(0, 8)} of `;
  io.stderr(`tama: ${oneLine(`${which}${plan.project}${run.how}: ${what}`)}\n`);
  if (run.grants) tellGrants(io, plan, run.grants);
  for (const note of run.notes) io.stderr(`tama: ${oneLine(note)}\n`);
}

/** A plan may come from elsewhere: what it calls itself must not pass for a line of ours. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}

function tellGrants(io: Io, plan: Plan, grants: Grants): void {
  const given = givenGrants(plan, grants);
  if (given.length > 0) io.stderr(`tama: granted: ${given.join("; ")}\n`);
  const missing = missingGrants(plan, grants);
  if (missing.length === 0) return;
  const flags = missing.map(({ flag }) => shellWord(flag)).join(" ");
  io.stderr(
    `tama: not granted: ${missing.map(({ what }) => what).join("; ")} (calls are refused, and the model is told); to grant it: ${flags}\n`,
  );
}

/** What is told of a run beside its result. */
export interface Reported {
  readonly stateDir: string;
  readonly traceId: string;
  readonly ms: number;
  /** What this process spent, and which agents failed. */
  readonly tally: Pick<Tally, "spent" | "failed" | "cut">;
  readonly quiet: boolean;
  readonly format: "text" | "json";
  /** How the command was told where runs are. */
  readonly where: Where;
}

/** Prints a run's value on stdout, or on stderr why there is none; as JSON how it ended in any case. */
export function report(io: Io, result: ExecResult, run: Reported): ExitCode {
  if (result.kind === "refused") return refuse(io, [result.diagnostic], exitCodes.diagnostics);
  if (run.format === "json") io.stdout(`${JSON.stringify(resultOf(result, run))}\n`);
  const id = run.traceId.slice(0, 8);
  if (result.settled.kind === "ok") {
    if (run.format === "text") io.stdout(`${toText(result.settled.value)}\n`);
    if (run.quiet) return exitCodes.ok;
    tellFailed(io, run.tally.failed());
    tellCut(io, run.tally.cut());
    io.stderr(`tama: ended \`${result.settled.key}\` in ${tookText(run)}; see it with: tama runs show ${id}\n`);
    return exitCodes.ok;
  }
  const { failure } = result.settled;
  const miss = missOf(failure);
  if (miss) return refuse(io, [miss], exitCodes.replayMiss);
  if (result.status === "waiting") return reportWaiting(io, failure.message, run);
  const why = result.status === "interrupted" ? failure.message : `failed: ${failureLine(failure)}`;
  const raise = flagToRaise(failure);
  const resume = `tama resume ${id}${raise === null ? "" : ` ${raise}`}`;
  const { cost_usd: usd } = run.tally.spent();
  const spent = usd === null ? "" : ` (${formatUsd(usd)} spent)`;
  const words = adviceOn(failure);
  const help = words === null ? "" : `tama: help: ${words}\n`;
  io.stderr(`tama: ${why}${spent}\n${rootLines(failure)}${help}tama: what happened until then is kept: tama runs show ${id}, ${resume}\n`);
  return exitOf[result.status];
}

/** Of a failure that came of others: the first of these. */
function rootLines(failure: Failure): string {
  const roots = rootsOf(failure).filter((root) => root !== failure);
  const more = roots.length > mostShown ? [`and ${roots.length - mostShown} more`] : [];
  return [...roots.slice(0, mostShown).map(failureLine), ...more].map((line) => `tama:   ${line}\n`).join("");
}

const mostShown = 3;

/** A run can end well although agents of it failed: that is said, so that nobody takes a part for the whole. */
function tellFailed(io: Io, failed: readonly FailedAgent[]): void {
  if (failed.length === 0) return;
  const agents = failed.length === 1 ? "1 agent" : `${failed.length} agents`;
  io.stderr(`tama: ${agents} failed, and the run went on without: ${someOf(failed.map(labelOf))}\n`);
}

/** An answer that is cut is taken as it is, for it may do: who reads the result is told. */
function tellCut(io: Io, cut: readonly string[]): void {
  if (cut.length === 0) return;
  const answers = cut.length === 1 ? "1 answer was" : `${cut.length} answers were`;
  io.stderr(`tama: ${answers} cut at the model's max_tokens: ${someOf(cut)}\n`);
}

function someOf(words: readonly string[]): string {
  const more = words.length > mostShown ? ` and ${words.length - mostShown} more` : "";
  return `${words.slice(0, mostShown).join(", ")}${more}`;
}

function tookText({ ms, tally }: Reported): string {
  const { cost_usd: usd } = tally.spent();
  return usd === null ? formatMs(ms) : `${formatMs(ms)}, ${formatUsd(usd)}`;
}

/** The option with which a run goes on that a limit has ended. */
function flagToRaise({ code, details }: Failure): string | null {
  if (code !== "limit" || !isObject(details) || typeof details["limit"] !== "string") return null;
  return flagFor(details["limit"], typeof details["agent"] === "string" ? details["agent"] : null);
}

/** Lists what a run asks people, and how each is answered. */
function reportWaiting(io: Io, message: string, { stateDir, traceId, where }: Reported): ExitCode {
  const journal = readJournal(runDir(stateDir, traceId), traceId);
  if (!journal.keepsTexts) {
    io.stderr(`tama: ${message}\n`);
    tell(io, [runHashesOnly(null, { run: traceId.slice(0, 8) })]);
    return exitCodes.waiting;
  }
  const open = openQuestions(journal);
  const goOn = commandText(["tama", "resume", traceId.slice(0, 8)], where);
  io.stderr([`tama: ${message}; the run is kept`, ...questionLines(traceId, open, where), `tama: then go on with: ${goOn}`, ""].join("\n"));
  return exitCodes.waiting;
}

const exitOf: Readonly<Record<RunStatus, ExitCode>> = {
  ok: exitCodes.ok,
  error: exitCodes.runFailed,
  limit: exitCodes.limit,
  interrupted: exitCodes.interrupted,
  waiting: exitCodes.waiting,
  uncertain: exitCodes.waiting,
};

/** What a replay could not take from its record. A scenario that does not tell what a model says has no such details. */
function missOf({ code, details, path, message }: Failure): Diagnostic | null {
  if (code !== "replay-miss" || !isObject(details)) return null;
  const { run, why, recorded, now } = details;
  const shown = (value: unknown) => (typeof value === "string" ? value : null);
  const facts = {
    run: String(run),
    path: shown(details["path"]) ?? path,
    why: shown(why) ?? message,
    recorded: shown(recorded),
    now: shown(now),
  };
  return runReplayMiss(null, facts);
}

/** Tells why a command does not do what was asked. */
export function refuse(io: Io, diagnostics: readonly Diagnostic[], code: ExitCode): ExitCode {
  tell(io, diagnostics);
  return code;
}
