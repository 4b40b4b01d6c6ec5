import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import { runDir } from "../4-trace/run-folder.ts";
import { ownerOf } from "../4-trace/segments.ts";
import { answer } from "../people/answer.ts";
import type { Io } from "./io.ts";
import { commandText, type Where } from "./question-text.ts";
import { refuse } from "./report-run.ts";
import { runId } from "./run-id.ts";

export interface AnswerCommandOptions {
  readonly stateDir: string;
  readonly run: string;
  readonly channel: string;
  readonly value: string;
  readonly where: Where;
  /** Microseconds since 1970. */
  readonly nowUs: number;
}

/** `tama answer RUN CHANNEL VALUE`: answers a question of a run. */
export async function answerCommand(options: AnswerCommandOptions, io: Io): Promise<ExitCode> {
  const { stateDir, where } = options;
  const found = await runId(stateDir, options.run);
  if (found.kind === "failed") return refuse(io, [found.diagnostic], exitCodes.diagnostics);
  const answered = answer({ ...options, traceId: found.id });
  if (answered.kind === "failed") return refuse(io, [answered.diagnostic], exitCodes.diagnostics);
  const run = found.id.slice(0, 8);
  const isLive = ownerOf(runDir(stateDir, found.id)) !== null;
  const next = isLive ? "the run takes it up" : `go on with: ${commandText(["tama", "resume", run], where)}`;
  const left = answered.left === 0 ? "" : `, ${answered.left} more open`;
  io.stderr(`tama: answered \`${answered.question.channel}\` of run ${run}${left}; ${next}\n`);
  return exitCodes.ok;
}
