import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import type { Json } from "../../compiler/ir/json.ts";
import { show } from "../../compiler/ir/types.ts";
import { runDir } from "../4-trace/run-folder.ts";
import { readJournal } from "../journal/journal.ts";
import { type OpenQuestion, openQuestions, type Standing, standingOf } from "../people/open-questions.ts";
import type { Io } from "./io.ts";
import { commandText, questionLines, type Where } from "./question-text.ts";
import { rowsOf, withStore } from "./with-store.ts";

export interface InboxOptions {
  readonly stateDir: string;
  readonly format: "text" | "json";
  readonly where: Where;
  /** Microseconds since 1970. */
  readonly nowUs: number;
}

interface Waiting {
  readonly run: string;
  readonly entrypoint: string;
  readonly questions: readonly { readonly question: OpenQuestion; readonly standing: Standing }[];
}

/** `tama inbox`: the open questions of all runs, oldest run first. */
export async function inboxCommand(options: InboxOptions, io: Io): Promise<ExitCode> {
  const { stateDir, nowUs, format } = options;
  return withStore(stateDir, io, async (store) => {
    const runs = await rowsOf(store, asking);
    const waiting = runs.map((row) => waitingIn(stateDir, { run: String(row["trace_id"]), entrypoint: String(row["entrypoint"]) }, nowUs));
    const found = waiting.filter(({ questions }) => questions.length > 0);
    if (format === "json") io.stdout(`${JSON.stringify(found.flatMap(asJson), null, 2)}\n`);
    else if (found.length === 0) io.stderr("no question is open\n");
    else io.stdout(`${found.flatMap((each) => asText(each, options.where)).join("\n")}\n`);
    return exitCodes.ok;
  });
}

/** Runs whose logs are worth a look: what they leave open is read there, for a run may go on meanwhile. */
const asking = `
  SELECT trace_id, entrypoint FROM runs WHERE status IN ('running', 'waiting', 'interrupted')
  AND trace_id IN (SELECT trace_id FROM events WHERE kind = 'wait_asked') ORDER BY timestamp, trace_id`;

function waitingIn(stateDir: string, { run, entrypoint }: Pick<Waiting, "run" | "entrypoint">, nowUs: number): Waiting {
  const dir = runDir(stateDir, run);
  const open = openQuestions(readJournal(dir, run));
  return { run, entrypoint, questions: open.map((question) => ({ question, standing: standingOf(dir, question, nowUs) })) };
}

function asJson({ run, entrypoint, questions }: Waiting): readonly Json[] {
  return questions.map(({ question: { channel, path, question, answer, askedUs, deadline }, standing }) => ({
    run,
    entrypoint,
    channel,
    path,
    question,
    type: show(answer),
    since: Math.floor(askedUs / 1000),
    deadline: deadline && Math.floor(deadline.atUs / 1000),
    default: deadline?.default ?? null,
    state: standing,
  }));
}

function asText({ run, entrypoint, questions }: Waiting, where: Where): readonly string[] {
  const open = questions.flatMap(({ question, standing }) => (standing === "open" ? [question] : []));
  const settled = questions.length - open.length;
  const told = [...(open.length > 0 ? [`${open.length} open`] : []), ...(settled > 0 ? [`${settled} answered`] : [])];
  const goOn = settled > 0 ? [`  go on with: ${commandText(["tama", "resume", run.slice(0, 8)], where)}`, ""] : [];
  return [`${run.slice(0, 8)} ${entrypoint}: ${told.join(", ")}`, ...questionLines(run, open, where), ...goOn];
}
