import type { Op } from "../../../compiler/ir/ops.ts";
import type { Path } from "../../../compiler/ir/path.ts";
import { bug } from "../../../compiler/ir/unreachable.ts";
import type { TaskResult } from "../../3-task/task.ts";
import type { BodyFrame, OpFrame, Run } from "../frames.ts";
import type { Settled } from "../types.ts";

/** What an op does when it starts, when a task of it is answered, and when a body of it ends. */
export interface Handler<O extends Op> {
  readonly start: (run: Run, frame: OpFrame<O>) => void;
  readonly task: (run: Run, frame: OpFrame<O>, path: Path, result: TaskResult) => void;
  readonly body: (run: Run, frame: OpFrame<O>, body: BodyFrame, settled: Settled) => void;
}

/** How each kind of op runs. */
export type Handlers = { readonly [K in Op["kind"]]: Handler<Extract<Op, { kind: K }>> };

/** For ops that hand out no task. */
export function noTask(_run: Run, frame: OpFrame, path: Path): void {
  throw bug(`${frame.path} handed out no task ${path}`);
}

/** For ops that hold no body. */
export function noBody(_run: Run, frame: OpFrame): void {
  throw bug(`${frame.path} holds no body`);
}
