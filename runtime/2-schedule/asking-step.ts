import type { AskingStep } from "../3-task/task.ts";
import type { BodyFrame, OpFrame, Run } from "./frames.ts";
import { labelOf } from "./run-body.ts";

/** Says which step asks, and counts this call of it. To be called once for each time that the op starts. */
export function askingStep(run: Run, frame: OpFrame): AskingStep {
  return { agent: frame.body.block.block.agent, op: frame.op.id, label: labelOf(frame), call: callNumber(run, frame) };
}

/** A fan-out's items run side by side, so their number is their place; iterations come one after the other, so they can be counted. */
function callNumber(run: Run, frame: OpFrame): number {
  const loops = loopsAround(frame);
  const [innermost] = loops;
  const place = placeOf(frame, loops);
  const visits = (run.visits.get(place) ?? 0) + 1;
  run.visits.set(place, visits);
  return innermost?.kind === "map" ? innermost.index : visits;
}

interface Loop {
  readonly kind: "map" | "repeat";
  readonly index: number;
}

/** The loops around an op, across calls, the innermost first. */
export function loopsAround(frame: OpFrame): readonly Loop[] {
  const loops: Loop[] = [];
  for (let body: BodyFrame | null = frame.body; body; body = body.owner?.body ?? null) {
    if (body.loop) loops.push({ kind: body.owner?.op.kind === "map" ? "map" : "repeat", index: body.loop.index });
  }
  return loops;
}

/** The path without attempts and without the indices of repeats: equal for steps that can only follow one another. */
function placeOf({ path }: OpFrame, loops: readonly Loop[]): string {
  const outwards = [...loops];
  const indices = path.replace(/\[\d+\]/g, (index) => (outwards.pop()?.kind === "map" ? index : "[]"));
  return indices.replace(/@\d+(?=\/|$)/g, "");
}
