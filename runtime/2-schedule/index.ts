import { isFatal } from "../../compiler/ir/failure.ts";
import type { Json } from "../../compiler/ir/json.ts";
import { callPath, type Path } from "../../compiler/ir/path.ts";
import type { Block, Plan } from "../../compiler/ir/plan.ts";
import { bug } from "../../compiler/ir/unreachable.ts";
import { contentKeys } from "../3-task/content-key.ts";
import type { RunModel, Usage } from "../3-task/task.ts";
import { defaultMaxArtifactBytes } from "../session/artifacts.ts";
import { createMemory } from "../session/memory.ts";
import { type Edit, editRequest } from "./edits.ts";
import type { BodyFrame, Run } from "./frames.ts";
import { coerce } from "./keys.ts";
import { type LimitOverrides, noOverrides } from "./limit-overrides.ts";
import { drain as giveRoom, runAccount } from "./limits.ts";
import { accountFor, enterBlock } from "./ops/call.ts";
import { handlers } from "./ops/index.ts";
import { recordSpanEnd } from "./record.ts";
import { requestAgain, settleRequest } from "./requests.ts";
import { judge, review, type Verdict, withdrawReview } from "./review.ts";
import { rollBack } from "./roll-back.ts";
import { cancelBody } from "./run-body.ts";
import { stopWatching, timeIsUp, watch } from "./time-limits.ts";
import type { Command, Event, Settled } from "./types.ts";

export interface RunOptions {
  readonly plan: Plan;
  readonly entry: string;
  readonly task: Json;
  readonly models: Readonly<Record<string, RunModel>>;
  /** How many steps are worked off before `more` is told. Default: all that there are. */
  readonly stepsAtOnce?: number;
  /** The largest artifact, in bytes. Default 100 MiB. */
  readonly maxArtifactBytes?: number;
  /** Limits in place of the plan's. Default: none. */
  readonly overrides?: LimitOverrides;
  /** System prompts in place of the plan's, by the path of a step: of that one, and of the same in later rounds and attempts. Default: none. */
  readonly prompts?: ReadonlyMap<Path, string>;
  /** What people changed in requests, by the path of a turn. Default: nothing. */
  readonly edits?: ReadonlyMap<Path, Edit>;
  /** What people have said of agents before, by path. Default: nothing. */
  readonly verdicts?: ReadonlyMap<Path, { readonly verdict: Verdict }>;
  /** How agents' spans have ended before, by path. Default: none has. */
  readonly spans?: ReadonlyMap<Path, string>;
  /** Tells by name at which agents a person looks when they have ended. Default: at none. */
  readonly debug?: { readonly looksAt: (agent: string) => boolean };
  /** The model of a request, where it is another than `models` tells; null where it is not. Default: it never is. */
  readonly modelOf?: (request: Path) => RunModel | null;
  /** Usage of requests that were made before and count no more but as spent, by path. Default: none. */
  readonly earlier?: ReadonlyMap<Path, readonly (Usage | null)[]>;
}

/** Starts a run: a call of its entry's block, open for any key. The first commands come with the state. */
export function createRun(options: RunOptions): { readonly run: Run; readonly commands: readonly Command[] } {
  const { plan, entry, task, models } = options;
  const block = plan.blocks[entry];
  if (!block) throw bug(`the plan has no block ${entry}`);
  const overrides = options.overrides ?? noOverrides;
  const run: Run = {
    plan,
    models,
    modelOf: options.modelOf ?? (() => null),
    prompts: options.prompts ?? new Map(),
    edits: new Map(options.edits ?? []),
    ...reviewing(options),
    reviews: new Map(),
    task,
    handlers,
    contentKeys: contentKeys(),
    maxArtifactBytes: options.maxArtifactBytes ?? defaultMaxArtifactBytes,
    agenda: [],
    stepsAtOnce: options.stepsAtOnce ?? Number.POSITIVE_INFINITY,
    tasks: new Map(),
    sent: new Map(),
    visits: new Map(),
    attempt: 0,
    root: null,
    settled: null,
    commands: [],
    overrides,
    account: runAccount(plan, overrides),
    watched: new Map(),
    isLimited: false,
    freed: [],
    tickets: new Map(),
    earlier: options.earlier ?? new Map(),
    ended: false,
  };
  watch(run, run.account);
  attempt(run, block, "");
  return { run, commands: drain(run) };
}

/** A person looks at agents that are told by name, and at those that one has looked at before, or was about to when the run was stopped. */
function reviewing({ verdicts = new Map(), spans, debug }: RunOptions): Pick<Run, "verdicts" | "isReviewed"> {
  return {
    verdicts,
    isReviewed: (path, agent) => (debug?.looksAt(agent) ?? false) || verdicts.has(path) || spans?.get(path) === "cancelled",
  };
}

/** Enters the entry's block, once more where it has failed, or was sent back: what it wrote before is gone. */
function attempt(run: Run, block: Block, prev: Path): void {
  run.attempt += 1;
  const span = callPath("", block.agent, run.attempt);
  const input = coerce(run.task, block.input) ?? run.task;
  const account = accountFor(run, block, span, run.account);
  run.root = enterBlock(run, { block: { run, block, input, keys: null, span, account }, owner: null, memory: createMemory(), prev });
}

/** Takes one event and says what to do about it. */
export function advance(run: Run, event: Event): readonly Command[] {
  if (run.ended) return [];
  if (event.kind === "stop") stop(run, event.reason);
  else if (event.kind === "time") timeIsUp(run, event.path);
  else if (event.kind === "edit") editRequest(run, event.path, event.edit);
  else if (event.kind === "verdict") judge(run, event.path, event.verdict);
  else if (event.kind === "again") requestAgain(run, event.path, event.usage);
  else if (event.kind === "settled") take(run, event);
  return drain(run);
}

function take(run: Run, { path, result, isFree = false }: Event & { kind: "settled" }): void {
  const frame = run.tasks.get(path);
  if (!frame) return;
  const task = run.sent.get(path);
  if (task?.kind === "model") settleRequest(run, task, result, isFree);
  run.tasks.delete(path);
  frame.tasks.delete(path);
  run.handlers[frame.op.kind].task(run, frame as never, path, result); // the table pairs each kind with its own frame type
  run.sent.delete(path);
}

/** What fails from now on changes nothing: a run that is stopped ends `cancelled`. */
function stop(run: Run, reason: string): void {
  const { root } = run;
  if (!root || withdrawReview(run, root.prefix, reason) || root.failure) return;
  root.failure = { failure: { code: "cancelled", message: reason, path: root.prefix }, op: -1 };
  cancelBody(run, root, reason);
}

function drain(run: Run): readonly Command[] {
  let left = run.stepsAtOnce;
  do {
    left -= workOff(run, left);
    for (let ticket = nextFreed(run, left); ticket; ticket = nextFreed(run, left)) {
      giveRoom(ticket);
      left -= workOff(run, left);
    }
  } while (left > 0 && hasEnded(run));
  if (left === 0 && !run.ended) run.commands.push({ kind: "more" });
  const commands = run.commands;
  run.commands = [];
  return commands;
}

/** Ends the attempt whose body has ended, or has a person look at it first; false where none has ended. */
function hasEnded(run: Run): boolean {
  const { root, settled } = run;
  if (!root || !settled) return false;
  run.settled = null;
  if (mayRetry(run, root.block.block, settled)) conclude(run, root, settled, "retry");
  else
    review(run, {
      block: root.block,
      settled,
      conclude: (last, verdict) => conclude(run, root, last, verdict === "retry" ? "rejected" : null),
    });
  return true;
}

function conclude(run: Run, { block, hasWritten }: BodyFrame, settled: Settled, again: "retry" | "rejected" | null): void {
  recordSpanEnd(run, block.span, settled);
  stopWatching(run, block);
  if (!again) {
    run.ended = true;
    run.commands.push({ kind: "ended", settled });
    return;
  }
  if (hasWritten) rollBack(run, [block.span], { reason: again, around: "" });
  attempt(run, block.block, block.span);
}

/** Who waits is looked at when all that follows from an answer is done. */
function nextFreed(run: Run, left: number): Run["freed"][number] | undefined {
  return left > 0 ? run.freed.shift() : undefined;
}

/** Works off the agenda, or the most that may be; gives how much it was. */
function workOff({ agenda }: Run, most: number): number {
  let done = 0;
  for (; done < most && done < agenda.length; done += 1) agenda[done]?.();
  agenda.splice(0, done);
  return done;
}

function mayRetry({ attempt }: Run, { attempts }: Block, settled: Settled): boolean {
  return settled.kind === "failed" && !isFatal(settled.failure) && attempt < attempts;
}
