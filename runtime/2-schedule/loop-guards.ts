import { canonical } from "../../compiler/ir/json.ts";
import type { Act } from "../../compiler/ir/ops.ts";
import { toolPath } from "../../compiler/ir/path.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { loopOf } from "./conversation.ts";
import type { OpFrame, Run, TurnCalls } from "./frames.ts";
import { record, spanOf } from "./record.ts";
import { countResult, countSkip, timesSeen } from "./repeats.ts";
import { parseArgs } from "./tool-calls.ts";

/**
 * Guards against an act that goes in circles. Equal calls (the same tool, equal arguments) with equal results are counted; the
 * plan's `guards` say from which count on a result is warned about (`warn`), not shown again (`block`), the call not made (`skip`).
 *
 * - G1: results are looked at in the order of the calls, whichever came first: arrival order decides nothing.
 * - G2: another result begins a new count; calls in between do not.
 * - G3: a call is skipped only where nothing was done since its last result that can have changed it.
 * - G4: what the model can see of a result for the first time is shown as it is.
 * - G5: the record of a call holds the tool's own result; only what the model is told differs.
 */
export function guardedResults(run: Run, frame: OpFrame<Act>, calls: TurnCalls): void {
  for (; calls.seen < calls.next; calls.seen += 1) {
    const call = calls.calls[calls.seen];
    if (call && call.name !== "finish") guard(run, frame, calls, call);
  }
}

/** Whether the next call has to wait until those before it have ended, because what they come to decides whether it is skipped. */
export function mustWait({ plan }: Run, frame: OpFrame<Act>, calls: TurnCalls): boolean {
  const { skip } = plan.guards;
  if (skip === 0 || calls.running.size === 0) return false;
  const next = idOf(calls.calls[calls.next]);
  const open = calls.calls.slice(calls.seen, calls.next).filter((call) => idOf(call) === next).length;
  return timesSeen(loopOf(frame).repeats, next) + open + 1 >= skip;
}

/** What the model is told in place of the next call's result, where the call is skipped; null where it is to be made. */
export function skipNote(run: Run, frame: OpFrame<Act>, calls: TurnCalls): string | null {
  if (calls.running.size > 0) return null;
  guardedResults(run, frame, calls);
  const call = calls.calls[calls.next];
  const count = countSkip(loopOf(frame).repeats, idOf(call), run.plan.guards.skip);
  if (count === null || !call) return null;
  tell(run, frame, calls, { kind: "skip", count });
  calls.seen = calls.next + 1;
  return `[${call.name} was not called: with these arguments it gave the same result each time, and nothing has changed since. Use what you have, or do something else.]`;
}

function guard(run: Run, frame: OpFrame<Act>, calls: TurnCalls, call: Call): void {
  const { repeats } = loopOf(frame);
  const result = calls.results[calls.seen] ?? "";
  if (calls.made.has(calls.seen) && mayChange(run.plan, call.name)) repeats.changes += 1;
  const count = countResult(repeats, idOf(call), result);
  const kind = kindAt(run.plan, count);
  if (kind === null) return;
  calls.results[calls.seen] =
    kind === "warn"
      ? `${result}\n\n[${call.name} gave this result ${count} times now, with the same arguments. Do something else, or finish.]`
      : `[${call.name} gave the same result ${count} times now, with the same arguments, so it is not shown again. Use what you have, or do something else.]`;
  tell(run, frame, calls, { kind, count });
}

function kindAt({ guards: { warn, block } }: Plan, count: number): "warn" | "block" | null {
  if (count < 2) return null;
  if (block > 0 && count >= block) return "block";
  return warn > 0 && count >= warn ? "warn" : null;
}

/** Whether a call can change what a later one answers. To read a skill unlocks tools. */
function mayChange({ tools }: Plan, name: string): boolean {
  const tool = tools[name];
  if (!tool) return name === "read_skill";
  return tool.undo !== "idempotent" || tool.effects.some((effect) => effect === "write" || effect === "exec" || effect === "code");
}

function tell(run: Run, frame: OpFrame<Act>, calls: TurnCalls, { kind, count }: { kind: "warn" | "block" | "skip"; count: number }): void {
  const index = kind === "skip" ? calls.next : calls.seen;
  record(run, {
    kind: "loop_intervention",
    path: toolPath(calls.turnPath, index + 1),
    parent: spanOf(frame),
    tool_name: calls.calls[index]?.name ?? "",
    iteration: loopOf(frame).turn,
    detail: canonical({ kind, count }),
  });
}

type Call = TurnCalls["calls"][number];

/** Equal for calls of the same tool with equal arguments, however these are written. */
function idOf(call: Call | undefined): string {
  return call ? canonical([call.name, parseArgs(call.args) ?? call.args]) : "";
}
