import { createHash } from "node:crypto";
import type { Path } from "../../compiler/ir/path.ts";
import type { ModelTask } from "../3-task/task.ts";
import { optionsOf } from "./sim-options.ts";

/** A number in [0, 1) that depends on the seed, on where the step is, its round included, and on what is decided; not on the turn. */
export function chance(task: ModelTask, decision: string): number {
  const { seed } = optionsOf(task);
  return fraction([task.path.replace(/:\d+$/, ""), task.sample, decision, ...(seed === 0 ? [] : [seed])]);
}

/** The same for a decision that is made anew in every turn. */
export function chanceOfTurn(task: ModelTask, decision: string): number {
  return chance(task, `${decision}:${turnOf(task)}`);
}

/** Which request of its conversation this is, from 1. */
export function turnOf({ path }: Pick<ModelTask, "path">): number {
  return Number(/:(\d+)$/.exec(path)?.[1] ?? 1);
}

/**
 * A whole number below `count`. By chance; where every route is to be taken, each number once in `count` seeds in a row, and in
 * `count` visits of the step in a row, in an order that is shuffled anew after that: so two steps never keep step with one another.
 */
export function index(task: ModelTask, decision: string, count: number): number {
  const { policy, seed } = optionsOf(task);
  if (policy !== "every-route" || count > mostTried) return Math.floor(chance(task, decision) * count);
  const at = seed + task.step.call - 1;
  const { agent, label } = task.step;
  const place = [agent, label, task.sample, decision, Math.floor(at / count)];
  const order = Array.from({ length: count }, (_, option) => ({ option, rank: fraction([...place, option]) }));
  return order.sort((a, b) => a.rank - b.rank)[at % count]?.option ?? 0;
}

/** Of how many options each one is taken in its turn. */
const mostTried = 100;

/** Yes or no. */
export function flip(task: ModelTask, decision: string): boolean {
  return index(task, decision, 2) === 0;
}

/** One of `options`. */
export function pick<T>(task: ModelTask, decision: string, options: readonly [T, ...T[]] | readonly T[]): T {
  const chosen = options[index(task, decision, options.length)];
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

function fraction(place: readonly unknown[]): number {
  return createHash("sha256").update(JSON.stringify(place)).digest().readUInt32BE(0) / 2 ** 32;
}
