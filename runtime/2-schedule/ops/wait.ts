import { evaluate } from "../../../compiler/ir/eval.ts";
import { toText } from "../../../compiler/ir/json.ts";
import type { Wait } from "../../../compiler/ir/ops.ts";
import { envOf } from "../env.ts";
import { fail } from "../run-body.ts";
import { type Handler, noBody, noTask } from "./handler.ts";

/** A question to a person. This runtime has nobody to ask yet, and says so. */
export const wait: Handler<Wait> = {
  start(run, frame) {
    const channel = toText(evaluate(frame.op.channel, envOf(frame.body)));
    fail(run, frame, {
      code: "unsupported",
      message: `channel \`${channel}\` waits for a person, which this version of tama cannot do yet`,
    });
  },
  task: noTask,
  body: noBody,
};
