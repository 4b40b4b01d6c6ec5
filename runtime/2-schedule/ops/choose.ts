import { evaluate } from "../../../compiler/ir/eval.ts";
import { canonical, toText } from "../../../compiler/ir/json.ts";
import type { Choose } from "../../../compiler/ir/ops.ts";
import { envOf } from "../env.ts";
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

/** A choice that is made again, in a later iteration, and differs is a change of phase. */
function recordPhase(run: Parameters<typeof record>[0], frame: Parameters<Handler<Choose>["start"]>[1], to: string): void {
  const { phases, span } = frame.body.block;
  const from = phases.get(frame.op.id);
  phases.set(frame.op.id, to);
  if (from !== undefined)
    record(run, { kind: "phase_change", path: frame.path, parent: span, key: to, detail: canonical({ from_phase: from, to_phase: to }) });
}
