import { type Failure, modelCause } from "../compiler/ir/failure.ts";
import type { Path } from "../compiler/ir/path.ts";
import { unreachable } from "../compiler/ir/unreachable.ts";
import type { Edit } from "./2-schedule/edits.ts";
import type { Run } from "./2-schedule/frames.ts";
import { advance, createRun, type RunOptions } from "./2-schedule/index.ts";
import { askedAgain } from "./2-schedule/ops/wait.ts";
import type { Verdict } from "./2-schedule/review.ts";
import type { Command, EndedAgent, Event, Settled } from "./2-schedule/types.ts";
import type { ModelTask, Task, TaskResult } from "./3-task/task.ts";
import type { Row } from "./4-trace/columns.ts";
import { type Asker, nobody } from "./asker.ts";
import type { Executor } from "./executors/executor.ts";
import type { Asked, RecordedTask } from "./journal/journal.ts";
import { usageOf } from "./journal/result.ts";
import type { Inbox } from "./people/inbox.ts";
import { createQuestions, waitingFor } from "./people/questions.ts";
import type { Grants } from "./permissions/grants.ts";
import { recordWriter, type Source, type WriterOptions } from "./record-writer.ts";
import type { ActionLog } from "./session/action-log.ts";
import { starter } from "./start-task.ts";
import { type After, processTimers, type WorkedBefore, workClock } from "./work-clock.ts";

/** A recorded result that may stand for work. */
export interface Found {
  readonly result: TaskResult;
  readonly source: Source;
}

/**
 * Who looks at requests before they are made, and at answers and at what agents did before the run goes on with them. Nothing here ever
 * rejects; all of it ends when the signal aborts.
 */
export interface Debug {
  /** What is to be changed in the request, which is then looked at once more; null to make it. */
  readonly before: (task: ModelTask, signal: AbortSignal) => Promise<Edit | null>;
  readonly after: (task: ModelTask, result: TaskResult, signal: AbortSignal) => Promise<void>;
  /** Whether what an agent did is looked at, by its name: the same for all of a run. */
  readonly looksAt: (agent: string) => boolean;
  /** What becomes of an agent that has ended; null where nobody looks any more. */
  readonly ended: (agent: EndedAgent, signal: AbortSignal) => Promise<Verdict | null>;
}

export interface LoopOptions extends RunOptions, WriterOptions {
  /** Default: nobody. */
  readonly debug?: Debug;
  readonly executor: Executor;
  /** Saves files that tools replace, and undoes that. Default: neither. */
  readonly actions?: ActionLog;
  /** Model calls under way at once, per model. */
  readonly concurrency: number;
  /** Who answers questions to people. Default: nobody. */
  readonly asker?: Asker;
  /** Where other processes put answers. Default: nowhere. */
  readonly inbox?: Inbox;
  /** Questions that a process before this one has asked. Default: none. */
  readonly asked?: ReadonlyMap<Path, Asked>;
  /** What tools may do. Default: nothing beyond reading the project's files. */
  readonly grants?: Grants;
  /** The longest time that a call of a built-in tool may take. Default 120 seconds. */
  readonly toolTimeoutMs?: number;
  /** The time at work of processes before this one. Default: none. */
  readonly worked?: WorkedBefore;
  /** Timers. Default: those of the process. */
  readonly after?: After;
  /** Looks a task up before it is done. Default: nothing is found. */
  readonly cache?: (run: Run, task: Task) => Found | null;
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
  /** Aborting it stops the run: nothing new starts, what is in flight is cancelled, and the run ends `cancelled`. A text as its reason is recorded. */
  readonly signal: AbortSignal;
}

/**
 * Drives a run: first along its record, then by handing the scheduler's tasks to the executor, its records to the trace, and answers back.
 * When nothing is under way but questions that nobody here can answer, it is left as it stands: `waiting`, with no op ended.
 * Rejects only where the trace cannot be written.
 */
export function runLoop(options: LoopOptions): Promise<Settled> {
  return new Promise((resolve, reject) => {
    const running = new Map<Path, AbortController>();
    const { asker = nobody, inbox = null, asked = new Map<Path, Asked>(), nowUs } = options;
    const clock = workClock({
      nowUs,
      after: options.after ?? processTimers,
      before: options.worked ?? (() => 0),
      onOver: (path) => guarded(() => current && tell(current, { kind: "time", path })),
    });
    const questions = createQuestions({ asker, inbox, asked, nowUs, onLeft: () => guarded(rest) });
    const start = starter({ ...options, questions });
    const write = recordWriter(options);
    const follower = options.record?.follower;
    let isFollowing = follower !== undefined;
    let isOver = false;
    let current: Run | null = null;

    const stop = () => guarded(() => current && tell(current, { kind: "stop", reason: reasonOf(options.signal) }));
    /** Whoever gave the signal may keep it: it must not keep the run. */
    const close = () => {
      isOver = true;
      clock.close();
      options.signal.removeEventListener("abort", stop);
    };
    const end = (settled: Settled) => {
      close();
      resolve(settled);
    };
    /** All that is recorded first, by one write: nothing that follows from it begins before it is acknowledged. */
    const apply = (run: Run, commands: readonly Command[]) => {
      write.all(commands, isFollowing);
      for (const command of commands) obey(run, command);
    };
    const guarded = (step: () => void) => {
      if (isOver) return;
      try {
        step();
      } catch (error) {
        close();
        for (const controller of running.values()) controller.abort();
        reject(error);
      }
    };
    const thrown = (error: unknown) =>
      guarded(() => {
        throw error;
      });
    const obey = (run: Run, command: Command) => {
      switch (command.kind) {
        case "record":
        case "keep":
          return; // written before
        case "cancel":
          follower?.cancel(command.path);
          return running.get(command.path)?.abort();
        case "review":
          return isFollowing ? follower?.review(command) : look(run, command);
        case "undo":
          return options.actions?.undo(command.scopes);
        case "watch":
          return clock.watch(command.path, command.wallMs);
        case "unwatch":
          return clock.unwatch(command.path);
        case "ended":
          return end(command.settled);
        case "task":
          return isFollowing ? follower?.take(run, command.task) : launch(run, command.task);
        default:
          return unreachable(command);
      }
    };
    const tell = (run: Run, event: Event) => {
      if (event.kind === "stop") write.stop(run, event.reason, isFollowing);
      apply(run, advance(run, event));
    };
    const look = (run: Run, ended: EndedAgent) => {
      const controller = new AbortController();
      running.set(ended.path, controller);
      const judged = (verdict: Verdict | null) => {
        running.delete(ended.path);
        guarded(() => tell(run, { kind: "verdict", path: ended.path, verdict }));
        guarded(rest);
      };
      (options.debug?.ended(ended, controller.signal) ?? Promise.resolve(null)).then(judged, thrown);
    };
    const launch = (run: Run, task: Task, isCancelled = false) => {
      const controller = new AbortController();
      if (isCancelled) controller.abort();
      running.set(task.path, controller);
      const looking = isCancelled || task.kind !== "model" ? null : options.debug?.before(task, controller.signal);
      if (!looking) return begin(run, task, controller);
      const looked = (edit: Edit | null) =>
        guarded(() =>
          edit && !controller.signal.aborted ? tell(run, { kind: "edit", path: task.path, edit }) : begin(run, task, controller),
        );
      looking.then(looked, thrown);
    };
    const begin = (run: Run, task: Task, controller: AbortController) => {
      const isCancelled = controller.signal.aborted;
      const found = isCancelled ? null : (options.cache?.(run, task) ?? null);
      if (found) write.take(task.path, found.source);
      const work = clock.piece(task.path);
      if (!found && task.kind !== "wait") work.begin();
      const answer = found ? Promise.resolve(found.result) : start(task, controller.signal, { onQueued: work.pause, onBegun: work.begin });
      const settled = (result: TaskResult) => {
        running.delete(task.path);
        guarded(() => {
          work.end();
          tell(run, { kind: "settled", path: task.path, result, isFree: found !== null });
        });
        guarded(rest);
      };
      const { debug } = options;
      const shown =
        debug && task.kind === "model" ? lookedAt(debug, task, { answer, signal: controller.signal, endWork: work.end }) : answer;
      shown.then(settled, thrown);
    };
    const rest = () => {
      const isResting = () => running.size > 0 && running.size === questions.left().size;
      if (isResting()) inbox?.look();
      if (!isResting()) return;
      const [path = ""] = questions.left().keys();
      end({ kind: "failed", failure: { code: "waiting", message: waitingFor(questions.left()), path } });
    };
    const follow = (run: Run) => {
      for (let event = follower?.next(run); event && !isOver; event = follower?.next(run)) {
        if (event.kind === "settled" && options.record?.source) write.take(event.path, options.record.source);
        tell(run, event);
      }
      for (const path of clock.over()) tell(run, { kind: "time", path });
      isFollowing = false;
      for (const ended of follower?.reviews() ?? []) look(run, ended);
      for (const { task, isCancelled, before } of follower?.work() ?? []) {
        const tried = isCancelled || options.record?.source ? null : triedBefore(before);
        if (tried) {
          tell(run, { kind: "again", path: task.path, usage: usageOf(tried) });
          continue;
        }
        const isWithdrawn = task.kind === "wait" && asked.get(task.path)?.stands === false;
        for (const again of isWithdrawn ? askedAgain(run, task) : []) write.record(again, false);
        launch(run, task, isCancelled);
      }
    };

    guarded(() => {
      const { run, commands } = createRun(options);
      current = run;
      options.signal.addEventListener("abort", stop, { once: true });
      apply(run, commands);
      follow(run);
      if (options.signal.aborted) stop();
    });
  });
}

/** The answer, once a person has looked at it. That takes no time at work. */
async function lookedAt(
  debug: Debug,
  task: ModelTask,
  { answer, signal, endWork }: { readonly answer: Promise<TaskResult>; readonly signal: AbortSignal; readonly endWork: () => void },
): Promise<TaskResult> {
  const result = await answer;
  endWork();
  if (!signal.aborted) await debug.after(task, result, signal);
  return result;
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

/** A failure in one line for people. */
export function failureLine(failure: Failure): string {
  return `${failure.message} (${modelCause(failure) ?? failure.code} at ${failure.path})`;
}
