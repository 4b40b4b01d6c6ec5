/** How tight the bounds of cost are: the dearest and the cheapest of 10,000 runs with random answers, and of all runs, against what `tamac build` says. */
import fc from "fast-check";
import type { Plan } from "../../compiler/ir/plan.ts";
import { explorerOf, type Pipeline } from "../support/explorer.ts";
import { filesOf, pipelines, universe, workersOf } from "../support/pipelines.ts";
import { forcedPlanOf } from "../support/plan-of.ts";
import { lehmer, randomRun } from "../support/random-run.ts";

export const name = "bounds";

const made = { pipelines: 100, runs: 100, seed: 7 };

/** Prints a line for the most turns, and one for the fewest of runs that end well. */
export async function run(print: (line: string) => void): Promise<void> {
  const all = fc.sample(pipelines(true), { numRuns: made.pipelines, seed: made.seed }).map(tightness);
  const beyond = all.filter(({ dearest, cheapest }) => dearest > 1 || (cheapest ?? 1) < 1).length;
  print(`${made.pipelines} pipelines, ${made.runs} runs of each; beyond the bounds: ${beyond}`);
  print(
    `most turns, of the bound: ${spread(all.map(({ dearest }) => dearest))}; of all runs that there are: ${spread(all.map(({ possible }) => possible))}`,
  );
  print(`fewest turns of runs that end well, of the bound: ${spread(all.flatMap(({ cheapest }) => cheapest ?? []))}`);
}

/** What was seen over what was said. `cheapest` is null where no run ended well, or where it may cost nothing. */
function tightness(pipeline: Pipeline, index: number) {
  const plan = forcedPlanOf(filesOf(pipeline), workersOf(pipeline));
  const said = boundOf(plan);
  const random = lehmer(index + 1);
  const runs = Array.from({ length: made.runs }, (_, at) => randomRun(plan, random, at / made.runs));
  const well = runs.flatMap(({ settled, turns }) => (settled.kind === "ok" ? [turns] : []));
  const possible = Math.max(...[...explorerOf(pipeline, universe).explore("main", null).values()].map(({ max }) => max));
  return {
    dearest: ratio(Math.max(...runs.map(({ turns }) => turns)), said.max),
    possible: ratio(possible, said.max),
    cheapest: well.length > 0 && said.min > 0 ? Math.min(...well) / said.min : null,
  };
}

function boundOf({ cost }: Plan): { readonly min: number; readonly max: number } {
  if (cost.kind === "unknown") throw new Error("the cost of a made-up pipeline is known");
  return cost.turns;
}

/** A pipeline of code and markers alone takes no turn, and is told so. */
function ratio(seen: number, said: number): number {
  return said === 0 && seen === 0 ? 1 : seen / said;
}

function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) => (sorted[Math.round(part * (sorted.length - 1))] ?? Number.NaN).toFixed(2);
  return `${at(0.5)} (${at(0)} to ${at(1)})`;
}
