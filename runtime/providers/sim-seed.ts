import { createHash } from "node:crypto";
import type { Path } from "../../compiler/ir/path.ts";
import type { ModelTask } from "../3-task/task.ts";

/** A number in [0, 1) that depends on where the step is, its round included, and on what is decided; not on the turn. */
export function chance(task: ModelTask, decision: string): number {
  const place = JSON.stringify([task.path.replace(/:\d+$/, ""), task.sample, decision]);
  return createHash("sha256").update(place).digest().readUInt32BE(0) / 2 ** 32;
}

/** One of `options` by chance. */
export function pick<T>(task: ModelTask, decision: string, options: readonly [T, ...T[]] | readonly T[]): T {
  const chosen = options[Math.floor(chance(task, decision) * options.length)];
  if (chosen === undefined) throw new RangeError("nothing to pick from");
  return chosen;
}

/** What people call a step: the agent that it belongs to and its own name, as `review/draft`. */
export function labelOf(path: Path): string {
  const segments = path.replace(/:\d+$/, "").split(/@\d+\/|\[\d+\]\//);
  const step = segments.at(-1) ?? path;
  const owner = segments.at(-2)?.split("/").at(-1);
  return owner === undefined ? step : `${owner}/${step}`;
}
