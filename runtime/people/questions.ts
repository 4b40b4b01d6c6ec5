/**
 * The questions of a run that is going on.
 *
 * Q1: the asker has one question at a time, in the order in which they were asked.
 * Q2: a question is answered once, by what comes first: a letter in the inbox, its deadline, the asker. Elsewhere it is then withdrawn.
 * Q3: one that the asker cannot have answered stays open; it stops nothing, and may still be answered while the run goes on.
 * Q4: a deadline counts from when the log says that the question was asked, whichever process asked it.
 */

import type { Path } from "../../compiler/ir/path.ts";
import { contentKeys } from "../3-task/content-key.ts";
import type { TaskResult, WaitAnswer, WaitTask } from "../3-task/task.ts";
import type { Asker } from "../asker.ts";
import type { Asked } from "../journal/journal.ts";
import { longestTimerMs } from "../work-clock.ts";
import { inTurn } from "./in-turn.ts";
import type { Inbox } from "./inbox.ts";
import { letterName, type QuestionId } from "./mailbox.ts";

export interface QuestionsOptions {
  readonly asker: Asker;
  /** Null: no letters come. */
  readonly inbox: Inbox | null;
  /** What a process before this one has asked, and when. */
  readonly asked: ReadonlyMap<Path, Asked>;
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
  /** Called when a question stays open because the asker cannot have it answered. */
  readonly onLeft: () => void;
}

export interface Questions {
  /** Settles when the question is answered or withdrawn, which may be never. */
  readonly ask: (task: WaitTask, signal: AbortSignal) => Promise<TaskResult>;
  /** Questions that the asker cannot have answered, by path. */
  readonly left: () => ReadonlyMap<Path, WaitTask>;
}

/** The questions of a run: none yet. */
export function createQuestions(options: QuestionsOptions): Questions {
  const desk: Desk = { ...options, oneAtATime: inTurn(), left: new Map(), byLetter: new Map() };
  const keys = contentKeys();
  options.inbox?.listen((name) => desk.byLetter.get(name)?.());
  const ask: Questions["ask"] = (task, signal) =>
    new Promise((resolve, reject) => {
      askOne(desk, { task, id: { path: task.path, contentKey: keys.wait(task) }, signal, resolve }).catch(reject);
    });
  return { ask, left: () => desk.left };
}

/** What the questions of a run share. `byLetter`: what takes the answer that a letter of this name holds. */
interface Desk extends QuestionsOptions {
  readonly oneAtATime: ReturnType<typeof inTurn>;
  readonly left: Map<Path, WaitTask>;
  readonly byLetter: Map<string, () => void>;
}

interface Question {
  readonly task: WaitTask;
  readonly id: QuestionId;
  readonly signal: AbortSignal;
  readonly resolve: (result: TaskResult) => void;
}

/** Settles with the asker's turn; by then the question may have been answered elsewhere. */
async function askOne(desk: Desk, { task, id, signal, resolve }: Question): Promise<void> {
  const { nowUs, left, byLetter } = desk;
  const name = letterName(id);
  const startUs = askedAt(desk, id);
  const withdrawn = new AbortController();
  const settle = (come: Come, endUs = nowUs()) => {
    if (withdrawn.signal.aborted) return;
    withdrawn.abort();
    left.delete(task.path);
    byLetter.delete(name);
    resolve({ ...come, startUs, endUs: Math.max(endUs, startUs), thread: 0, attempts: [] });
  };
  const takeLetter = () => {
    const letter = desk.inbox?.read(id);
    if (letter) settle(answered(letter.value, "person"), Math.min(letter.timeUs, nowUs()));
  };
  if (signal.aborted) return settle(cancelled);
  takeLetter();
  watchDeadline({ task, startUs, nowUs, signal: withdrawn.signal, passed: (value) => settle(answered(value, "deadline")) });
  if (withdrawn.signal.aborted) return;
  signal.addEventListener("abort", () => settle(cancelled), { once: true, signal: withdrawn.signal });
  byLetter.set(name, takeLetter);
  await desk.oneAtATime(async () => {
    if (withdrawn.signal.aborted) return;
    const reply = await desk.asker(task, withdrawn.signal);
    if (reply.kind === "answer") settle(answered(reply.value, "person"));
    if (reply.kind === "nobody" && !withdrawn.signal.aborted) leave(desk, task);
  });
}

/** It stays open: whoever drives the run may have nothing else to wait for. */
function leave({ left, onLeft }: Desk, task: WaitTask): void {
  left.set(task.path, task);
  onLeft();
}

/** How an open run can stand that does nothing but wait, in a sentence. */
export function waitingFor(open: ReadonlyMap<Path, WaitTask>): string {
  const channels = [...open.values()].map(({ channel }) => `\`${channel}\``);
  const shown = [...new Set(channels)];
  const more = shown.length > 3 ? ` and ${shown.length - 3} more` : "";
  const where = `${shown.length === 1 ? "channel" : "channels"} ${shown.slice(0, 3).join(", ")}${more}`;
  return channels.length === 1 ? `${where} waits for an answer` : `${channels.length} questions wait for answers: ${where}`;
}

type Come =
  | { readonly kind: "ok"; readonly answer: WaitAnswer }
  | { readonly kind: "failed"; readonly code: "cancelled"; readonly message: string; readonly details: null };

const cancelled: Come = { kind: "failed", code: "cancelled", message: "the question was withdrawn", details: null };

function answered(value: WaitAnswer["value"], by: WaitAnswer["by"]): Come {
  return { kind: "ok", answer: { kind: "wait", value, by } };
}

/** When a question was asked: what the log tells, where the same question still stood. */
function askedAt({ asked, nowUs }: QuestionsOptions, { path, contentKey }: QuestionId): number {
  const before = asked.get(path);
  return before?.stands && before.contentKey === contentKey ? before.timeUs : nowUs();
}

/** Tells once when a deadline has passed, at once where it has. Keeps no process alive. */
function watchDeadline(watch: {
  readonly task: WaitTask;
  readonly startUs: number;
  readonly nowUs: () => number;
  readonly signal: AbortSignal;
  readonly passed: (value: WaitAnswer["value"]) => void;
}): void {
  const { task, startUs, nowUs, signal, passed } = watch;
  const { deadline } = task;
  if (!deadline || signal.aborted) return;
  const leftMs = (startUs - nowUs()) / 1000 + deadline.afterMs;
  if (leftMs <= 0) return passed(deadline.default);
  const timer = setTimeout(() => watchDeadline(watch), Math.min(Math.ceil(leftMs), longestTimerMs)).unref();
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
}
