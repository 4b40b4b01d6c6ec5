import { caseFor } from "../../../compiler/ir/case-for.ts";
import { evaluate } from "../../../compiler/ir/eval.ts";
import { toText } from "../../../compiler/ir/json.ts";
import type { Choose } from "../../../compiler/ir/ops.ts";
import { envOf } from "../env.ts";
import { recordChoice } from "../phases.ts";
import { fail, openBody, settle } from "../run-body.ts";
import { type Handler, noTask } from "./handler.ts";

/** One of several bodies. It adds no segment to the path: op ids are unique in a block. */
export const choose: Handler<Choose> = {
  start(run, frame) {
    const on = toText(evaluate(frame.op.on, envOf(frame.body)));
    const body = caseFor(frame.op.cases, on)?.body ?? frame.op.otherwise;
    if (!body) return fail(run, frame, { code: "no-route", message: `nothing to do for \`${on}\`` });
    recordChoice(run, frame, on);
    const { block, prefix } = frame.body;
    openBody(run, { body, block, prefix, outer: frame.body, owner: frame, loop: null, memory: frame.memory, entrySpan: frame.prev });
  },
  task: noTask,
  body: (run, frame, _body, settled) => settle(run, frame, settled),
};
