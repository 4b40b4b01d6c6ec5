import {
  peopleAnswered,
  peopleNoSuchChannel,
  peopleSeveralChannels,
  peopleTooLate,
  peopleWrongAnswer,
  runHashesOnly,
} from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { type Json, toText } from "../../compiler/ir/json.ts";
import { show } from "../../compiler/ir/types.ts";
import { coerce } from "../2-schedule/keys.ts";
import { refusal } from "../4-trace/read.ts";
import { runDir } from "../4-trace/run-folder.ts";
import { ownerOf } from "../4-trace/segments.ts";
import { type Journal, readJournal } from "../journal/journal.ts";
import { postLetter } from "./mailbox.ts";
import { type OpenQuestion, openQuestions, standingOf } from "./open-questions.ts";

export interface AnswerOptions {
  readonly stateDir: string;
  readonly traceId: string;
  /** The question's channel, or its path. */
  readonly channel: string;
  /** As it is for a question that wants text, and wherever it fits; else it is read as JSON. */
  readonly value: Json;
  /** Microseconds since 1970. */
  readonly nowUs: number;
}

/** What was answered, and how many questions of the run are still open. */
export type AnswerResult =
  | { readonly kind: "ok"; readonly question: OpenQuestion; readonly left: number }
  | { readonly kind: "failed"; readonly diagnostic: Diagnostic };

/**
 * Answers a question of a run, which takes it up while it is at work, or else when it is resumed. Nothing is written where it is refused.
 * Reports people/no-such-channel, people/several-channels, people/wrong-answer, people/answered, people/too-late,
 * trace/newer-log; run/hashes-only where the run is not at work and, as it keeps no texts, never will be.
 */
export function answer({ stateDir, traceId, channel, value, nowUs }: AnswerOptions): AnswerResult {
  const dir = runDir(stateDir, traceId);
  const newer = refusal(dir);
  if (newer) return failed(newer);
  const journal = readJournal(dir, traceId);
  const open = openQuestions(journal);
  const run = traceId.slice(0, 8);
  if (!journal.keepsTexts && ownerOf(dir) === null) return failed(runHashesOnly(null, { run }));
  const question = find(journal, open, channel);
  if (question.kind === "failed") return question;
  const { question: found } = question;
  const standing = standingOf(dir, found, nowUs);
  if (standing === "answered") return failed(peopleAnswered(null, { channel, run }));
  if (standing === "default") return failed(peopleTooLate(null, { channel, run, default: toText(found.deadline?.default ?? null) }));
  const typed = coerce(value, found.answer);
  if (typed === undefined) return failed(peopleWrongAnswer(null, { channel, type: show(found.answer) }));
  if (!postLetter(dir, found, { value: typed, timeUs: nowUs })) return failed(peopleAnswered(null, { channel, run }));
  return { kind: "ok", question: found, left: open.filter((each) => standingOf(dir, each, nowUs) === "open").length };
}

function find(journal: Journal, open: readonly OpenQuestion[], word: string): { kind: "ok"; question: OpenQuestion } | Failed {
  const run = journal.traceId.slice(0, 8);
  const byPath = open.filter(({ path }) => path === word);
  const found = byPath.length > 0 ? byPath : open.filter(({ channel }) => channel === word);
  const [first, second] = found;
  if (second) return failed(peopleSeveralChannels(null, { count: found.length, run, channel: word, paths: listed(found, "path") }));
  if (first) return { kind: "ok", question: first };
  const wasAnswered = [...journal.tasks.values()].some(
    ({ kind, path, row }) => kind === "wait" && row.status === "ok" && (path === word || row.key === word),
  );
  if (wasAnswered) return failed(peopleAnswered(null, { channel: word, run }));
  return failed(peopleNoSuchChannel(null, { run, channel: word, open: open.length > 0 ? listed(open, "channel") : null }));
}

function listed(questions: readonly OpenQuestion[], by: "channel" | "path"): string {
  const names = [...new Set(questions.map((question) => question[by]))];
  return `${names.slice(0, 3).join(", ")}${names.length > 3 ? ", ..." : ""}`;
}

type Failed = AnswerResult & { readonly kind: "failed" };

function failed(diagnostic: Diagnostic): Failed {
  return { kind: "failed", diagnostic };
}
