import { evaluate } from "../../../compiler/ir/eval.ts";
import { canonical, toText } from "../../../compiler/ir/json.ts";
import type { Choose } from "../../../compiler/ir/ops.ts";
import { envOf } from "../env.ts";
import type { BodyFrame, OpFrame, Run } from "../frames.ts";
import { record } from "../record.ts";
import { fail, openBody, settle } from "../run-body.ts";
import { type Handler, noTask } from "./handler.ts";

/** One of several bodies. It adds no segment to the path: op ids are unique in a block. */
export const choose: Handler<Choose> = {
  start(run, frame) {
    const on = toText(evaluate(frame.op.on, envOf(frame.body)));
    const body = frame.op.cases.find((each) => each.is === on)?.body ?? frame.op.otherwise;
    if (!body) return fail(run, frame, { code: "no-route", message: `nothing to do for \`${on}\`` });
    recordPhase(run, frame, on);
    const { block, prefix } = frame.body;
    openBody(run, { body, block, prefix, outer: frame.body, owner: frame, loop: null, memory: frame.memory, entrySpan: frame.prev });
  },
  task: noTask,
  body: (run, frame, _body, settled) => settle(run, frame, settled),
};

/** A choice that a later iteration of the loop around it makes again is a change of phase, the same phase again included. */
function recordPhase(run: Run, frame: OpFrame<Choose>, to: string): void {
  const phases = phasesAround(frame.body);
  const from = phases?.get(frame.op.id);
  phases?.set(frame.op.id, to);
  if (from === undefined) return;
  const detail = canonical({ from_phase: from, to_phase: to });
  record(run, { kind: "phase_change", path: frame.path, parent: frame.body.block.span, key: to, detail });
}

/** The phases of the innermost loop, if that is a repeat: the items of a map are no phases of one another. */
function phasesAround(body: BodyFrame): Map<string, string> | null {
  let at: BodyFrame | null = body;
  while (at && at.loop === null) at = at.outer;
  const state = at?.owner?.state;
  return state?.kind === "repeat" ? state.phases : null;
}
