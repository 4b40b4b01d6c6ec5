/** A person looks at what an agent did, and accepts it or has it undone and tried again. */

import { isFatal } from "../../compiler/ir/failure.ts";
import { canonical } from "../../compiler/ir/json.ts";
import type { Path } from "../../compiler/ir/path.ts";
import type { BlockFrame, Run } from "./frames.ts";
import { record } from "./record.ts";
import type { Settled } from "./types.ts";

/** What a person says of an agent that has ended. */
export const verdicts = ["accept", "retry"] as const;

export type Verdict = (typeof verdicts)[number];

/** An agent that has ended, and whom to tell what becomes of it; the verdict is null where nobody has looked. */
export interface Review {
  readonly block: BlockFrame;
  readonly settled: Settled;
  readonly conclude: (settled: Settled, verdict: Verdict | null) => void;
}

/** Goes on with an agent that has ended once a person has looked at it; at once where nobody wants to. What ends the run is not looked at. */
export function review(run: Run, ended: Review): void {
  const { block, settled, conclude } = ended;
  const { span: path } = block;
  const { agent } = block.block;
  const isOver = settled.kind === "failed" && isFatal(settled.failure);
  if (isOver || !run.isReviewed(path, agent)) return conclude(settled, null);
  run.reviews.set(path, ended);
  run.commands.push({ kind: "review", path, agent, settled });
}

/** Takes a person's word, which is recorded. */
export function judge(run: Run, path: Path, verdict: Verdict | null): void {
  const ended = run.reviews.get(path);
  if (!ended) return;
  run.reviews.delete(path);
  if (verdict) record(run, { kind: "decision", path, status: "ok", detail: canonical({ decision: verdict }) });
  ended.conclude(ended.settled, verdict);
}

/** The agent is looked at no more: it ends cancelled. False where it was not. */
export function withdrawReview(run: Run, path: Path, message: string): boolean {
  const ended = run.reviews.get(path);
  if (!ended) return false;
  run.reviews.delete(path);
  run.commands.push({ kind: "cancel", path });
  ended.conclude({ kind: "failed", failure: { code: "cancelled", message, path } }, null);
  return true;
}
