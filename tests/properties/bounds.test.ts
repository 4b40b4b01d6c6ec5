/** The bounds of what a run costs, held against an explorer that tries every run, and against runs with random answers. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Cost } from "../../compiler/ir/plan.ts";
import type { Usage } from "../../runtime/3-task/task.ts";
import { explorerOf, type Pipeline } from "../support/explorer.ts";
import { failed } from "../support/outcomes.ts";
import { filesOf, pipelines, universe, workersOf } from "../support/pipelines.ts";
import { forcedPlanOf } from "../support/plan-of.ts";
import { lehmer, type RandomRun, randomRun } from "../support/random-run.ts";

const test = suite("the bounds of cost");

/** What the compiler says that runs of each agent cost, and what the explorer found. */
function costsOf(pipeline: Pipeline, window: number | null = null) {
  const { cost } = forcedPlanOf(filesOf(pipeline, window), workersOf(pipeline));
  if (cost.kind === "unknown") throw new Error("the cost is unknown");
  const explorer = explorerOf(pipeline, universe, { compactions: window === null ? 0 : 2 });
  return Object.entries(cost.agents).map(([name, said]) => {
    const found = [...explorer.explore(name, null)];
    const well = found.filter(([key]) => key !== failed);
    const min = well.length === 0 ? null : Math.min(...well.map(([, turns]) => turns.min));
    return { name, said, min, max: Math.max(...found.map(([, turns]) => turns.max)) };
  });
}

/** Holds the bounds of every agent against the cheapest run that ends well, and the dearest of all. */
function assertExact(pipeline: Pipeline, window: number | null = null): void {
  for (const { name, said, min, max } of costsOf(pipeline, window)) assert.equal(said, { min: min ?? said.min, max }, name);
}

test("the bounds of cost are those of the cheapest run that ends well and of the dearest run, neither wider nor narrower", () => {
  fc.assert(
    fc.property(pipelines(true), (pipeline) => assertExact(pipeline)),
    { numRuns: 200 },
  );
});

test("where a model's window is known, the cost of each loop holds two requests for a summary", () => {
  fc.assert(
    fc.property(pipelines(true), (pipeline) => assertExact(pipeline, 8_000)),
    { numRuns: 100 },
  );
});

/** Tokens and dollars are bounded where the model's context is told, and not else. */
function withinCost(cost: Cost, { settled, usages }: RandomRun): void {
  if (cost.kind !== "bounded" || !cost.tokens || !cost.usd) return assert.equal(usages, []);
  const sum = (of: (usage: Usage) => number) => usages.reduce((total, usage) => total + of(usage), 0);
  const tokens = sum(({ input, cached, output }) => input + cached + output);
  const usd = sum(({ input, cached, output }) => input * 3 + cached + output * 12) / 1e6;
  assert.ok(tokens <= cost.tokens.max, `${tokens} tokens, at most ${cost.tokens.max}`);
  assert.ok(usd <= cost.usd.max + 1e-9, `${usd} USD, at most ${cost.usd.max}`);
  if (settled.kind === "ok") assert.ok(tokens >= cost.tokens.min, `${tokens} tokens, at least ${cost.tokens.min}`);
}

test("10,000 runs with random answers never take more turns, tokens and dollars than the bounds, nor fewer where they end well", () => {
  const seed = fc.integer({ min: 1, max: 2 ** 31 - 1 });
  const window = fc.option(fc.integer({ min: 10, max: 300 }));
  fc.assert(
    fc.property(pipelines(true), seed, window, (pipeline, start, tokens) => {
      const plan = forcedPlanOf(filesOf(pipeline, tokens), workersOf(pipeline));
      const bound = plan.cost.kind === "bounded" ? plan.cost.turns : null;
      const random = lehmer(start);
      for (let index = 0; index < 50; index += 1) {
        const { settled, turns, usages } = randomRun(plan, random, index / 50);
        assert.ok(bound && turns <= bound.max, `${turns} turns, at most ${bound?.max}`);
        if (settled.kind === "ok") assert.ok(turns >= bound.min, `${turns} turns, at least ${bound.min}`);
        withinCost(plan.cost, { settled, turns, usages });
      }
    }),
    { numRuns: 200 },
  );
});

test.run();
