import { decodeWith, type as typeCodec } from "../../compiler/ir/decode.ts";
import type { Json } from "../../compiler/ir/json.ts";
import type { Path } from "../../compiler/ir/path.ts";
import { any, type Type } from "../../compiler/ir/types.ts";
import type { Asked, Journal } from "../journal/journal.ts";
import { detailOf, objectOf } from "../journal/result.ts";
import { type QuestionId, readLetter } from "./mailbox.ts";

/** A question of a run that no recorded answer settles. */
export interface OpenQuestion extends QuestionId {
  readonly channel: string;
  /** Null where the log keeps digests in place of texts. */
  readonly question: string | null;
  readonly answer: Type;
  /** Microseconds since 1970. */
  readonly askedUs: number;
  readonly deadline: { readonly atUs: number; readonly default: Json } | null;
}

/** How an open question stands: an answer may lie in the run's inbox, or its deadline may have passed; the run takes that when it goes on. */
export type Standing = "open" | "answered" | "default";

/** The questions that a run leaves to people, by path. One that has ended otherwise than waiting, or that was stopped, leaves none; nor does a replay, nor a run that waits for ever because it keeps no texts to be resumed by. */
export function openQuestions(journal: Journal): readonly OpenQuestion[] {
  const { asked, ended, started, keepsTexts } = journal;
  const isOver = ended !== null && (ended.status !== "waiting" || !keepsTexts);
  if (isOver || !started || started.isReplay) return [];
  const open = [...asked].flatMap(([path, each]) => (each.stands ? [questionOf(journal, path, each)] : []));
  return open.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** How a question stands now. What came first counts. */
export function standingOf(runDir: string, question: OpenQuestion, nowUs: number): Standing {
  const letter = readLetter(runDir, question);
  if (letter) return "answered";
  return question.deadline && question.deadline.atUs <= nowUs ? "default" : "open";
}

/** What to call a question by: its channel, where no other open question of the run has it, else its path. */
export function namesOf(questions: readonly Pick<OpenQuestion, "channel" | "path">[]): ReadonlyMap<Path, string> {
  const counts = new Map<string, number>();
  for (const { channel } of questions) counts.set(channel, (counts.get(channel) ?? 0) + 1);
  return new Map(questions.map(({ channel, path }) => [path, counts.get(channel) === 1 ? channel : path]));
}

function questionOf(journal: Journal, path: Path, { row, contentKey, timeUs }: Asked): OpenQuestion {
  const { answer, deadline } = detailOf(row);
  const type = decodeWith(typeCodec, answer);
  const { after_ms: afterMs, default: otherwise = null } = objectOf(deadline);
  return {
    path,
    contentKey,
    channel: row.key ?? "",
    question: journal.text(row.input_hash),
    answer: type.kind === "ok" ? type.value : any,
    askedUs: timeUs,
    deadline: typeof afterMs === "number" ? { atUs: timeUs + afterMs * 1000, default: otherwise } : null,
  };
}
