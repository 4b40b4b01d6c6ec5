import type { Path } from "../compiler/ir/path.ts";
import { unreachable } from "../compiler/ir/unreachable.ts";
import type { Edit } from "./2-schedule/edits.ts";
import type { Run } from "./2-schedule/frames.ts";
import { advance, createRun } from "./2-schedule/index.ts";
import { askedAgain } from "./2-schedule/ops/wait.ts";
import type { Verdict } from "./2-schedule/review.ts";
import type { Command, EndedAgent, Event, Settled } from "./2-schedule/types.ts";
import type { Task, TaskResult } from "./3-task/task.ts";
import type { Row } from "./4-trace/columns.ts";
import { nobody } from "./asker.ts";
import { lookedAt } from "./debug.ts";
import type { Follower } from "./journal/follower.ts";
import type { Asked, RecordedTask } from "./journal/journal.ts";
import { usageOf } from "./journal/result.ts";
import type { LoopOptions } from "./loop-options.ts";
import { createQuestions, type Questions, waitingFor } from "./people/questions.ts";
import { type RecordWriter, recordWriter } from "./record-writer.ts";
import { type Starter, starter } from "./start-task.ts";
import { processTimers, type WorkClock, workClock } from "./work-clock.ts";

/**
 * Drives a run: first along its record, then by handing the scheduler's tasks to the executor, its records to the trace, and answers back.
 * When nothing is under way but questions that nobody here can answer, it is left as it stands: `waiting`, with no op ended.
 * Rejects only where the trace cannot be written.
 */
export function runLoop(options: LoopOptions): Promise<Settled> {
  return new Promise((resolve, reject) => {
    const { run, commands } = createRun({ stepsAtOnce, ...options });
    const loop = loopOf(run, options, { resolve, reject });
    guarded(loop, () => {
      options.signal.addEventListener("abort", loop.stop, { once: true });
      apply(loop, commands);
      proceed(loop);
      if (options.signal.aborted) loop.stop();
    });
  });
}

/** Steps of the scheduler, after which signals, answers and timers are heard: a loop that asks nobody may go round for hours. */
const stepsAtOnce = 10_000;

/** A run as it is driven. */
interface Loop {
  readonly options: LoopOptions;
  readonly run: Run;
  readonly follower: Follower | undefined;
  /** What is under way, and how it is cancelled. */
  readonly running: Map<Path, AbortController>;
  readonly questions: Questions;
  readonly clock: WorkClock;
  readonly start: Starter;
  readonly write: RecordWriter;
  /** Tells the scheduler that the signal came. */
  readonly stop: () => void;
  /** Ends the run where a promise is rejected that never is. */
  readonly thrown: (error: unknown) => void;
  readonly resolve: (settled: Settled) => void;
  readonly reject: (error: unknown) => void;
  isFollowing: boolean;
  hasTakenOver: boolean;
  /** What happened while more was left to do. */
  readonly held: Event[];
  hasMore: boolean;
  isOver: boolean;
}

function loopOf(run: Run, options: LoopOptions, { resolve, reject }: Pick<Loop, "resolve" | "reject">): Loop {
  const { asker = nobody, inbox = null, asked = new Map<Path, Asked>(), after = processTimers, worked = () => 0, nowUs } = options;
  const onOver = (path: Path) => guarded(loop, () => tell(loop, { kind: "time", path }));
  const questions = createQuestions({ asker, inbox, asked, nowUs, onLeft: () => guarded(loop, () => rest(loop)) });
  const follower = options.record?.follower;
  const loop: Loop = {
    options,
    run,
    follower,
    running: new Map(),
    questions,
    clock: workClock({ nowUs, after, before: worked, onOver }),
    start: starter({ ...options, questions }),
    write: recordWriter(options),
    stop: () => guarded(loop, () => tell(loop, { kind: "stop", reason: reasonOf(options.signal) })),
    thrown: (error) =>
      guarded(loop, () => {
        throw error;
      }),
    resolve,
    reject,
    isFollowing: follower !== undefined,
    hasTakenOver: false,
    held: [],
    hasMore: false,
    isOver: false,
  };
  return loop;
}

/** Does a step of a run that is not over; where it throws, the run is. */
function guarded(loop: Loop, step: () => void): void {
  if (loop.isOver) return;
  try {
    step();
  } catch (error) {
    close(loop);
    for (const controller of loop.running.values()) controller.abort();
    loop.reject(error);
  }
}

function end(loop: Loop, settled: Settled): void {
  close(loop);
  loop.resolve(settled);
}

/** Whoever gave the signal may keep it: it must not keep the run. */
function close(loop: Loop): void {
  loop.isOver = true;
  loop.clock.close();
  loop.options.signal.removeEventListener("abort", loop.stop);
}

/** Follows the record as far as it goes, then goes on by itself. Comes again where more was left to do. */
function proceed(loop: Loop): void {
  if (!loop.hasTakenOver) follow(loop);
  if (loop.hasMore || loop.isOver) return;
  if (!loop.hasTakenOver) takeOver(loop);
  while (!loop.hasMore && loop.held.length > 0) for (const event of loop.held.splice(0)) tell(loop, event);
}

/** Takes the record's answers, one after the other. */
function follow(loop: Loop): void {
  const { follower, run, write } = loop;
  const source = loop.options.record?.source;
  while (!loop.hasMore && !loop.isOver) {
    const event = follower?.next(run);
    if (!event) return;
    if (event.kind === "settled" && source) write.take(event.path, source);
    tell(loop, event);
  }
}

/** Goes on where the record ends: what it has begun is done, what it has reached of limits is told. */
function takeOver(loop: Loop): void {
  for (const path of loop.clock.over()) tell(loop, { kind: "time", path });
  loop.isFollowing = false;
  loop.hasTakenOver = true;
  for (const ended of loop.follower?.reviews() ?? []) look(loop, ended);
  for (const work of loop.follower?.work() ?? []) takeUp(loop, work);
}

/** A request that was made before is asked for anew, a question that was withdrawn is recorded again. */
function takeUp(loop: Loop, { task, isCancelled, before }: ReturnType<Follower["work"]>[number]): void {
  const { options, run, write } = loop;
  const tried = isCancelled || options.record?.source ? null : triedBefore(before);
  if (tried) return tell(loop, { kind: "again", path: task.path, usage: usageOf(tried) });
  const isWithdrawn = task.kind === "wait" && options.asked?.get(task.path)?.stands === false;
  for (const again of isWithdrawn ? askedAgain(run, task) : []) write.record(again, false);
  launch(loop, task, isCancelled);
}

function tell(loop: Loop, event: Event): void {
  if (loop.hasMore && event.kind !== "stop" && event.kind !== "time") return void loop.held.push(event);
  if (event.kind === "stop") loop.write.stop(loop.run, event.reason, loop.isFollowing);
  apply(loop, advance(loop.run, event));
}

/** All that is recorded first, by one write: nothing that follows from it begins before it is acknowledged. */
function apply(loop: Loop, commands: readonly Command[]): void {
  loop.write.all(commands, loop.isFollowing);
  for (const command of commands) obey(loop, command);
}

function obey(loop: Loop, command: Command): void {
  const { follower, isFollowing, clock } = loop;
  switch (command.kind) {
    case "record":
    case "keep":
      return; // written before
    case "cancel":
      follower?.cancel(command.path);
      return loop.running.get(command.path)?.abort();
    case "review":
      return isFollowing ? follower?.review(command) : look(loop, command);
    case "undo":
      return loop.options.actions?.undo(command.scopes);
    case "watch":
      return clock.watch(command.path, command.wallMs);
    case "unwatch":
      return clock.unwatch(command.path);
    case "more":
      if (!loop.hasMore) setImmediate(() => goOn(loop));
      loop.hasMore = true;
      return;
    case "ended":
      return end(loop, command.settled);
    case "task":
      return isFollowing ? follower?.take(loop.run, command.task) : launch(loop, command.task);
    default:
      return unreachable(command);
  }
}

/** Goes on where more was left to do. */
function goOn(loop: Loop): void {
  loop.hasMore = false;
  guarded(loop, () => tell(loop, { kind: "go" }));
  guarded(loop, () => proceed(loop));
  guarded(loop, () => rest(loop));
}

/** An agent that has ended waits for a word of whoever looks. */
function look(loop: Loop, ended: EndedAgent): void {
  const controller = new AbortController();
  loop.running.set(ended.path, controller);
  const judged = (verdict: Verdict | null) => {
    loop.running.delete(ended.path);
    guarded(loop, () => tell(loop, { kind: "verdict", path: ended.path, verdict }));
    guarded(loop, () => rest(loop));
  };
  (loop.options.debug?.ended(ended, controller.signal) ?? Promise.resolve(null)).then(judged, loop.thrown);
}

/** A request is shown to whoever looks, who may change it; all else begins at once. */
function launch(loop: Loop, task: Task, isCancelled = false): void {
  const controller = new AbortController();
  if (isCancelled) controller.abort();
  loop.running.set(task.path, controller);
  const looking = isCancelled || task.kind !== "model" ? null : loop.options.debug?.before(task, controller.signal);
  if (!looking) return begin(loop, task, controller);
  const looked = (edit: Edit | null) =>
    guarded(loop, () =>
      edit && !controller.signal.aborted ? tell(loop, { kind: "edit", path: task.path, edit }) : begin(loop, task, controller),
    );
  looking.then(looked, loop.thrown);
}

/** Looks a task up, or else does it, and tells what came of it. */
function begin(loop: Loop, task: Task, { signal }: AbortController): void {
  const { options, run, write, clock } = loop;
  const found = signal.aborted ? null : (options.cache?.(run, task) ?? null);
  if (found) write.take(task.path, found.source);
  const work = clock.piece(task.path);
  if (!found && task.kind !== "wait") work.begin();
  const answer = found ? Promise.resolve(found.result) : loop.start(task, signal, { onQueued: work.pause, onBegun: work.begin });
  const settled = (result: TaskResult) => {
    loop.running.delete(task.path);
    guarded(loop, () => {
      work.end();
      tell(loop, { kind: "settled", path: task.path, result, isFree: found !== null });
    });
    guarded(loop, () => rest(loop));
  };
  const { debug } = options;
  const shown = debug && task.kind === "model" ? lookedAt(debug, task, { answer, signal, endWork: work.end }) : answer;
  shown.then(settled, loop.thrown);
}

/** Leaves the run where nothing is under way but questions that nobody here can answer. */
function rest(loop: Loop): void {
  const { running, questions } = loop;
  const isResting = () => !loop.hasMore && running.size > 0 && running.size === questions.left().size;
  if (isResting()) loop.options.inbox?.look();
  if (!isResting()) return;
  const [path = ""] = questions.left().keys();
  end(loop, { kind: "failed", failure: { code: "waiting", message: waitingFor(questions.left()), path } });
}

/** The row of a request that this run has made before, if somebody was asked. */
function triedBefore(before: RecordedTask | null): Row | null {
  return before?.kind === "model" && before.row.source === null ? before.row : null;
}

/** Why a run stops that a person has cancelled. */
export const cancelReason = "cancelled";

function reasonOf({ reason }: AbortSignal): string {
  return typeof reason === "string" ? reason : "interrupted";
}
