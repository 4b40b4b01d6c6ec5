import { evaluate, truthy } from "../../../compiler/ir/eval.ts";
import { type Json, toText } from "../../../compiler/ir/json.ts";
import type { Repeat } from "../../../compiler/ir/ops.ts";
import { itemPath } from "../../../compiler/ir/path.ts";
import { bug } from "../../../compiler/ir/unreachable.ts";
import { envOf } from "../env.ts";
import type { BodyFrame, OpFrame, RepeatState, Run } from "../frames.ts";
import { itemsWithin, tooMany } from "../limits.ts";
import { recordRound } from "../phases.ts";
import { fail, openBody, settle } from "../run-body.ts";
import { type Outcome, ok } from "../types.ts";
import { type Handler, noTask } from "./handler.ts";

/** A body again and again, carrying a state. */
export const repeat: Handler<Repeat> = {
  start(run, frame) {
    const env = envOf(frame.body);
    const wanted = frame.op.times ? evaluate(frame.op.times, env) : frame.op.max;
    const times = typeof wanted === "number" ? Math.trunc(wanted) : 0;
    const max = frame.op.times ? itemsWithin(frame.op.max, frame.body.block.block.agent, run.plan, run.overrides) : frame.op.max;
    if (times > max) return fail(run, frame, tooMany(times, "rounds", max));
    const state = evaluate(frame.op.state, env);
    if (times < 1) return settle(run, frame, ok("done", state));
    iterate(run, frame, { kind: "repeat", times, phases: new Map(), iteration: 1 }, state);
  },
  task: noTask,
  body(run, frame, body, settled) {
    if (settled.kind === "failed") return settle(run, frame, settled);
    const env = envOf(body);
    if (truthy(evaluate(frame.op.until, env))) return settle(run, frame, settled);
    const state = stateOf(frame);
    if (state.iteration >= state.times) return exhausted(run, frame, settled);
    iterate(run, frame, { ...state, iteration: state.iteration + 1 }, evaluate(frame.op.next, env));
  },
};

function iterate(run: Run, frame: OpFrame<Repeat>, state: RepeatState, value: Json): BodyFrame {
  frame.state = state;
  recordRound(run, frame, state.iteration);
  const { body, op } = frame;
  const prefix = itemPath(body.prefix, op.id, state.iteration);
  const loop = { op: op.id, index: state.iteration, state: value, item: null };
  return openBody(run, {
    body: op.body,
    block: body.block,
    outer: body,
    owner: frame,
    loop,
    prefix,
    memory: frame.memory,
    entrySpan: frame.lastSpan,
  });
}

function exhausted(run: Run, frame: OpFrame<Repeat>, last: Outcome): void {
  if (frame.op.onExhausted === "last") return settle(run, frame, last);
  fail(run, frame, { code: "exhausted", message: toText(evaluate(frame.op.exhausted, envOf(frame.body))) });
}

function stateOf(frame: OpFrame<Repeat>): RepeatState {
  if (frame.state?.kind !== "repeat") throw bug(`${frame.path} has no state`);
  return frame.state;
}
