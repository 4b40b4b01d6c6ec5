import type { Path } from "../../compiler/ir/path.ts";
import type { BodyFrame, OpFrame, Run } from "./frames.ts";

/** Whether a failure of the task at `path`, which is in flight, would stay within the run: it is told to a model, retried, or becomes a value; or a person had the agent tried again. */
export function isCaught(run: Run, path: Path): boolean {
  const frame = run.tasks.get(path);
  if (!frame) return false;
  const kind = run.sent.get(path)?.kind;
  if (kind === "tool" || kind === "artifact") return true;
  for (let body: BodyFrame = frame.body; body.owner; body = body.owner.body) if (catches(body.owner) || wasSentBack(run, body)) return true;
  if (run.root && wasSentBack(run, run.root)) return true;
  return run.attempt < (run.root?.block.block.attempts ?? 1);
}

function wasSentBack({ verdicts }: Run, { block }: BodyFrame): boolean {
  return verdicts.get(block.span)?.verdict === "retry";
}

function catches({ op, state }: OpFrame): boolean {
  if (op.kind === "map") return op.onFailure === "value";
  if (op.kind !== "call") return false;
  return op.onFailure === "value" || (state?.kind === "call" && state.attempt < op.attempts);
}
