/**
 * Drives the scheduler without any world around it: what tasks come to is a function of the task, and the order in which they
 * come back is the test's. What R2, R4 and R6 of the scheduler forbid throws, whatever the test looks at.
 */
import type { FailureCode } from "../../compiler/ir/failure.ts";
import type { Json } from "../../compiler/ir/json.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { advance, createRun } from "../../runtime/2-schedule/index.ts";
import { type LimitOverrides, noOverrides } from "../../runtime/2-schedule/limit-overrides.ts";
import type { Command, Event, Recorded, Settled } from "../../runtime/2-schedule/types.ts";
import type { RunModel, Task, TaskResult, Usage } from "../../runtime/3-task/task.ts";
import { simModel } from "./tasks.ts";

/** What a task comes to: an answer, or a failure. */
export type Came =
  | (TaskResult & { kind: "ok" })["answer"]
  | { readonly kind: "failed"; readonly code: FailureCode; readonly message: string; readonly usage?: Usage };

export interface DriveOptions {
  readonly plan: Plan;
  readonly task?: Json;
  readonly answer: (task: Task) => Came;
  /** Which of the tasks in flight comes back next; default the first. */
  readonly pick?: (inFlight: readonly Task[]) => number;
  /** Whether a task that was told to stop comes back with its answer all the same; default never. */
  readonly ignoresCancel?: (task: Task) => boolean;
  /** After how many answers the run is stopped. */
  readonly stopAfter?: number;
  /** After how many answers the time at work is used up, of the run or of the agent's run at a path. */
  readonly timeAfter?: { readonly answers: number; readonly path: string };
  readonly overrides?: LimitOverrides;
  /** Default: all of them. */
  readonly stepsAtOnce?: number;
  /** Default: the simulator. */
  readonly model?: RunModel;
  /** The model of a request, where it is another one. Default: none is. */
  readonly modelOf?: (request: string) => RunModel | null;
}

export interface Driven {
  readonly settled: Settled;
  readonly records: readonly Recorded[];
  readonly tasks: readonly Task[];
  readonly cancelled: ReadonlySet<string>;
  readonly answers: number;
  readonly commands: number;
  /** The most tasks that were in flight at once. */
  readonly width: number;
}

/** Runs a plan to its end. */
export function drive(options: DriveOptions): Driven {
  const models = { m: options.model ?? simModel };
  const world = worldOf(options);
  const { run, commands } = createRun({
    plan: options.plan,
    entry: "main",
    task: options.task ?? "the task",
    models,
    overrides: options.overrides ?? noOverrides,
    modelOf: options.modelOf ?? (() => null),
    stepsAtOnce: options.stepsAtOnce ?? Number.POSITIVE_INFINITY,
  });
  const goOn = () => {
    while (world.takesMore()) world.obey(advance(run, { kind: "go" }));
  };
  const send = (event: Event) => {
    world.obey(advance(run, event));
    goOn();
  };
  world.obey(commands);
  goOn();
  while (world.settled() === null) {
    if (world.answers() === options.stopAfter) send({ kind: "stop", reason: "interrupted" });
    if (world.answers() === options.timeAfter?.answers) send({ kind: "time", path: options.timeAfter.path });
    if (world.settled() !== null) break;
    const back = world.next();
    send(back);
    world.expectNothing(advance(run, back), "a second answer was taken");
  }
  for (const { path } of world.driven().tasks) {
    world.expectNothing(advance(run, { kind: "settled", path, result: failed("model", "late") }), "an answer after the end was taken");
  }
  world.expectNothing(advance(run, { kind: "stop", reason: "late" }), "a stop after the end was obeyed");
  return world.driven();
}

function worldOf({ answer, pick = () => 0, ignoresCancel = () => false }: DriveOptions) {
  const inFlight: Task[] = [];
  const tasks = new Map<string, Task>();
  const cancelled = new Set<string>();
  const records: Recorded[] = [];
  const counts = { answers: 0, commands: 0, width: 0 };
  let settled: Settled | null = null;
  let hasMore = false;

  const obeyOne = (command: Command) => {
    counts.commands += 1;
    if (settled) throw new Error(`R6: ${command.kind} after the end`);
    if (command.kind === "record") return void records.push(command);
    if (command.kind === "more") {
      hasMore = true;
      return;
    }
    if (command.kind === "review") throw new Error(`${command.path} waits for a person, and nobody looks`);
    if (command.kind === "keep" || command.kind === "undo" || command.kind === "watch" || command.kind === "unwatch") return;
    if (command.kind === "ended") {
      if (inFlight.length > 0) throw new Error(`R4: ended with ${inFlight.map(({ path }) => path)} in flight`);
      settled = command.settled;
      return;
    }
    if (command.kind === "cancel") {
      if (cancelled.has(command.path)) throw new Error(`${command.path} was cancelled twice`);
      if (!inFlight.some(({ path }) => path === command.path)) throw new Error(`${command.path} was cancelled and is not in flight`);
      return void cancelled.add(command.path);
    }
    if (tasks.has(command.task.path)) throw new Error(`R2: ${command.task.path} was handed out twice`);
    tasks.set(command.task.path, structuredClone(command.task));
    inFlight.push(command.task);
  };

  return {
    obey: (commands: readonly Command[]) => {
      for (const command of commands) obeyOne(command);
      counts.width = Math.max(counts.width, inFlight.length);
    },
    next: (): Event => {
      if (inFlight.length === 0) throw new Error("R3: nothing is in flight, and the run has not ended");
      const [task] = inFlight.splice(pick(inFlight), 1);
      if (!task) throw new Error("pick chose no task");
      counts.answers += 1;
      const gone = cancelled.has(task.path) && !ignoresCancel(task);
      return { kind: "settled", path: task.path, result: gone ? failed("cancelled", "the step was cancelled") : resultOf(answer(task)) };
    },
    expectNothing: (commands: readonly Command[], what: string) => {
      if (commands.length > 0) throw new Error(`R2: ${what}: ${commands.map(({ kind }) => kind)}`);
    },
    settled: () => settled,
    takesMore: () => {
      const had = hasMore;
      hasMore = false;
      return had && !settled;
    },
    answers: () => counts.answers,
    driven: (): Driven => {
      if (!settled) throw new Error("the run has not ended");
      return { settled, records, tasks: [...tasks.values()], cancelled, ...counts };
    },
  };
}

function resultOf(came: Came): TaskResult {
  return came.kind === "failed" ? { ...times, details: null, ...came } : { kind: "ok", answer: came, ...times };
}

const times = { startUs: 1, endUs: 2, thread: 0, attempts: [] } as const;

function failed(code: (TaskResult & { kind: "failed" })["code"], message: string): TaskResult {
  return { kind: "failed", code, message, details: null, ...times };
}

/** What a model says. */
export function says(textOrCalls: string | readonly { readonly name: string; readonly args: Json }[]): Came {
  const isText = typeof textOrCalls === "string";
  const calls = isText ? [] : textOrCalls.map(({ name, args }) => ({ name, args: JSON.stringify(args) }));
  return { kind: "model", text: isText ? textOrCalls : "", calls, finish: "stop", model: "made", usage: null };
}

/** A record as text without what only placement tells: two runs of the same things in another order have equal sets of them. */
export function contentOf({ event, texts, messages }: Recorded): string {
  const { prev: _prev, start_us: _start, end_us: _end, thread: _thread, ...said } = event;
  return JSON.stringify([said, texts, messages]);
}
