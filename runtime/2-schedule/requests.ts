import { evaluate } from "../../compiler/ir/eval.ts";
import type { JsonObject } from "../../compiler/ir/json.ts";
import { canonical } from "../../compiler/ir/json.ts";
import { type Path, turnPath } from "../../compiler/ir/path.ts";
import type { PlanModel } from "../../compiler/ir/plan.ts";
import { bug } from "../../compiler/ir/unreachable.ts";
import type { Message, ModelTask, RunModel, TaskResult, ToolSchema, Usage } from "../3-task/task.ts";
import { usageIn } from "../3-task/usage.ts";
import { type Counted, countedIn, mostOf, planned, spentOn } from "./amounts.ts";
import { cancelledAt, dispatch, end, loopOf, type ModelFrame } from "./conversation.ts";
import { applyEdit } from "./edits.ts";
import { envOf } from "./env.ts";
import type { OpFrame, Run } from "./frames.ts";
import { type Account, type Amount, charge, drop, type Reached, reserve, settle, type Ticket } from "./limits.ts";
import { record } from "./record.ts";
import type { Settled } from "./types.ts";

/** What a request offers. `summary`: what is asked in place of the conversation so far, where that is to be shortened. */
export interface Offer {
  readonly tools: readonly ToolSchema[];
  readonly output: JsonObject | null;
  readonly summary?: readonly Message[];
}

/** Sends the conversation so far to the model, as soon as the limits have room for it. */
export function request(run: Run, frame: ModelFrame, { tools, output, summary }: Offer): void {
  const state = loopOf(frame);
  state.turn += 1;
  const path = turnPath(frame.path, state.turn);
  const model = run.modelOf(path) ?? run.models[frame.op.model];
  if (!model) throw bug(`the run has no model ${frame.op.model}`);
  if (!summary) applyEdit(run, frame, path);
  for (const usage of run.earlier.get(path) ?? []) charge(accountOf(frame), spentBy(run, frame, model, usage));
  ask(run, frame, {
    kind: "model",
    path,
    step: state.step,
    model,
    messages: summary ?? [...state.messages],
    tools,
    output,
    purpose: summary ? "summary" : "answer",
    turnsLeft: frame.op.kind === "act" ? frame.op.maxTurns - state.counted : null,
    sample: sampleOf(frame),
  });
}

/** Settles a request that was answered, or is to be made again. `isFree`: nobody was asked. */
export function settleRequest(run: Run, task: ModelTask, result: TaskResult, isFree: boolean): void {
  const ticket = run.tickets.get(task.path);
  const frame = run.tasks.get(task.path);
  if (!ticket || !frame) return;
  const usage = usageIn(result);
  // A server that counts nothing may have given all that was asked for.
  const spent = result.kind === "ok" && usage === null ? ticket.amount : spentBy(run, frame, task.model, usage);
  free(run, ticket, task.path, isFree ? { calls: 0, tokens: 0, microUsd: 0 } : spent);
  if (result.kind === "ok" && usage && frame.state?.kind === "loop" && accountOf(frame).weighs) frame.state.sized = countedIn(task, usage);
}

/** Makes a request again whose earlier try came to nothing that counts: what that one took is spent. */
export function requestAgain(run: Run, path: Path, usage: Usage | null): void {
  const [frame, task, ticket] = [run.tasks.get(path), run.sent.get(path), run.tickets.get(path)];
  if (!frame || task?.kind !== "model" || !ticket) return;
  frame.tasks.delete(path);
  run.tasks.delete(path);
  run.sent.delete(path);
  free(run, ticket, path, spentBy(run, frame, task.model, usage));
  ask(run, frame, task);
}

function free(run: Run, ticket: Ticket, path: Path, spent: Amount): void {
  run.tickets.delete(path);
  settle(ticket, spent);
  run.freed.push(ticket);
}

function ask(run: Run, frame: OpFrame, task: ModelTask): void {
  const account = accountOf(frame);
  const known = plannedModel(run, frame, task.model);
  const ticket = reserve(account, {
    amount: account.weighs ? mostOf(task, known, sizedOf(frame)) : oneCall,
    granted: (granted) => {
      frame.withdraw = null;
      run.tickets.set(task.path, granted);
      dispatch(run, frame, task);
    },
    refused: (reached) => {
      recordReached(run, frame.path, reached);
      notMade(run, frame, limitFailure(reached, frame.path));
    },
  });
  if (!ticket.isWaiting) return;
  frame.withdraw = () => {
    drop(ticket);
    run.freed.push(ticket);
    notMade(run, frame, cancelledAt(frame));
  };
}

const oneCall: Amount = { calls: 1, tokens: 0, microUsd: 0 };

function notMade(run: Run, frame: OpFrame, settled: Settled): void {
  frame.withdraw = null;
  loopOf(frame).turn -= 1;
  end(run, frame, settled);
}

/** The failure that ends a run at a limit. */
export function limitFailure({ limit, account, message }: Reached, path: Path): Settled & { kind: "failed" } {
  return { kind: "failed", failure: { code: "limit", message, path, details: { limit, agent: account.agent } } };
}

/** Records, once in a run, which limit ends it. */
export function recordReached(run: Run, path: Path, { limit, account, message }: Reached): void {
  if (run.isLimited) return;
  run.isLimited = true;
  const detail = canonical({ decision: "limit", limit, account: account.path });
  record(run, { kind: "decision", path, status: "failed", code: "limit", message, detail });
}

function accountOf(frame: OpFrame): Account {
  return frame.body.block.account;
}

function spentBy(run: Run, frame: OpFrame, used: RunModel, usage: Usage | null): Amount {
  return spentOn(usage, plannedModel(run, frame, used)?.price ?? null);
}

function plannedModel({ plan }: Run, { op }: OpFrame, used: RunModel): PlanModel | null {
  return op.kind === "ask" || op.kind === "act" ? planned(plan.models[op.model], used) : null;
}

function sizedOf({ state }: OpFrame): Counted | null {
  return state?.kind === "loop" ? state.sized : null;
}

/** A retry is another sample: neither a cache nor a seed may give it the answer that failed. Outermost attempts weigh most. */
function sampleOf(frame: ModelFrame): number | null {
  const told = frame.op.sample ? evaluate(frame.op.sample, envOf(frame.body)) : null;
  const own = typeof told === "number" ? told : null;
  const retries = [...frame.path.matchAll(/@(\d+)(?=\/|$)/g)].reduce((sum, [, attempt]) => sum * 100 + Number(attempt) - 1, 0);
  return retries === 0 ? own : (own ?? 1) + 10_000 * retries;
}
