import { canonical } from "../../compiler/ir/json.ts";
import type { Repeat } from "../../compiler/ir/ops.ts";
import type { Path } from "../../compiler/ir/path.ts";
import type { BodyFrame, OpFrame, Run } from "./frames.ts";
import { record } from "./record.ts";

/** Records that an agent goes on to its next step: an op after another of its body. Expressions are no steps; of a choice see below. */
export function recordStep(run: Run, frame: OpFrame): void {
  if (follows(frame) && frame.op.kind !== "pure" && frame.op.kind !== "choose") recordPhase(run, frame, stepBefore(frame), frame.op.id);
}

/** Records that a repetition goes on to its next round. Where a round begins with a choice, that says so itself. */
export function recordRound(run: Run, frame: OpFrame<Repeat>, iteration: number): void {
  const { id, body } = frame.op;
  if (iteration === 1 || body.ops.find(({ kind }) => kind !== "pure")?.kind === "choose") return;
  recordPhase(run, frame, `${id}[${iteration - 1}]`, `${id}[${iteration}]`);
}

/** Records what was chosen: after a step as the next one; else where the loop around it chooses again, as an fsm does, the same again included. */
export function recordChoice(run: Run, frame: OpFrame, to: string): void {
  if (follows(frame)) return recordPhase(run, frame, stepBefore(frame), to);
  const phases = phasesAround(frame.body);
  const from = phases?.get(frame.op.id);
  phases?.set(frame.op.id, to);
  if (from !== undefined) recordPhase(run, frame, from, to);
}

function recordPhase(run: Run, { path, body }: OpFrame, from: string, to: string): void {
  const detail = canonical({ from_phase: from, to_phase: to });
  record(run, { kind: "phase_change", path, parent: body.block.span, key: to, detail });
}

/** Whether something was done in the body before it. */
function follows({ prev, body }: OpFrame): boolean {
  return prev !== body.entrySpan;
}

/** The id of the op that the span before an op is of, or is in. */
function stepBefore({ prev, body }: OpFrame): string {
  const inBody: Path = prev.slice(body.prefix.length + 1);
  return /^[^:@[]*/.exec(inBody)?.[0] ?? "";
}

/** The phases of the innermost loop, if that is a repeat: the items of a map are no phases of one another. */
function phasesAround(body: BodyFrame): Map<string, string> | null {
  let at: BodyFrame | null = body;
  while (at && at.loop === null) at = at.outer;
  const state = at?.owner?.state;
  return state?.kind === "repeat" ? state.phases : null;
}
