import { evaluate, truthy } from "../../../compiler/ir/eval.ts";
import { toText } from "../../../compiler/ir/json.ts";
import type { Pure } from "../../../compiler/ir/ops.ts";
import { collectedFailures } from "../collected.ts";
import { envOf } from "../env.ts";
import { fail, settle } from "../run-body.ts";
import { ok } from "../types.ts";
import { type Handler, noBody, noTask } from "./handler.ts";

/** An expression, inline. */
export const pure: Handler<Pure> = {
  start(run, frame) {
    const env = envOf(frame.body);
    const broken = frame.op.require.find((each) => !truthy(evaluate(each.holds, env)));
    if (broken) return fail(run, frame, { code: broken.code, message: toText(evaluate(broken.message, env)), ...collectedFailures(frame) });
    settle(run, frame, ok(toText(evaluate(frame.op.key, env)), evaluate(frame.op.value, env)));
  },
  task: noTask,
  body: noBody,
};
