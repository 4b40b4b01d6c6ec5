/** The compiler's verdicts on routes, held against an explorer that tries every run and knows nothing of the compiler. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sourcesFromMemory } from "../../compiler/1-source/memory.ts";
import { readFullYaml } from "../../compiler/2-parse/full-yaml.ts";
import { parse } from "../../compiler/2-parse/index.ts";
import { endingsOf } from "../../compiler/4-check/endings.ts";
import { fires } from "../../compiler/4-check/table.ts";
import type { Cost } from "../../compiler/ir/plan.ts";
import { allWords, hasWord, someWords, wordsOf } from "../../compiler/ir/words.ts";
import type { Usage } from "../../runtime/3-task/task.ts";
import { explorerOf, failed, type Pipeline } from "../support/explorer.ts";
import { filesOf, pipelines, universe, words } from "../support/pipelines.ts";
import { forcedPlanOf } from "../support/plan-of.ts";
import { lehmer, type RandomRun, randomRun } from "../support/random-run.ts";

const test = suite("the compiler against an explorer");

/** What the compiler's analysis says of a pipeline. */
function analyse(pipeline: Pipeline) {
  const wrong: string[] = [];
  const report = ({ code, message }: { code: string; message: string }) => void wrong.push(`${code}: ${message}`);
  const project = parse(sourcesFromMemory(filesOf(pipeline), report), readFullYaml, report);
  assert.equal(wrong, []);
  return endingsOf(project);
}

const sorted = (all: Iterable<string>) => [...new Set(all)].sort();

test("reached states, dead entries and keys without a route are those of all runs", () => {
  fc.assert(
    fc.property(pipelines(true), (pipeline) => {
      const endings = analyse(pipeline);
      const explorer = explorerOf(pipeline, universe);
      explorer.explore("main", null);
      for (const { agent, machine, verdict } of endings.machines) {
        const seen = explorer.seen.get(agent.directory);
        if (!seen) continue;
        const said = { states: [] as string[], taken: [] as string[], unrouted: [] as string[] };
        for (const { name } of machine.states) {
          const step = verdict.steps.get(name.value);
          if (!verdict.reached.has(name.value)) continue;
          said.states.push(name.value);
          for (const move of step?.moves ?? []) {
            if (!fires(move, endings.callers.get(agent.directory) ?? allWords)) continue;
            if (move.to !== null) said.states.push(move.to);
            if (move.route) said.taken.push(`${name.value}/${move.route.key?.value ?? ""}`);
          }
          for (const word of universe) if (step && hasWord(step.unrouted, word)) said.unrouted.push(`${name.value}/${word.toLowerCase()}`);
        }
        const late = said.states.filter((name) => verdict.steps.has(name) && !verdict.reached.has(name));
        assert.equal(sorted(said.states.filter((name) => !late.includes(name))), sorted(seen.states), `${agent.directory}: states`);
        assert.equal(sorted(said.taken), sorted(seen.taken), `${agent.directory}: entries`);
        assert.equal(sorted(said.unrouted), sorted(seen.unrouted), `${agent.directory}: unrouted`);
      }
    }),
    { numRuns: 400 },
  );
});

test("an agent ends with the keys of all runs, whatever its caller allows, and can fail where a run can", () => {
  const allowed = fc.option(fc.subarray(words, { minLength: 1 }), { freq: 3 });
  fc.assert(
    fc.property(pipelines(true), allowed, (pipeline, caller) => {
      const endings = analyse(pipeline);
      const explorer = explorerOf(pipeline, universe);
      for (const [name, ending] of endings.endings) {
        const found = explorer.explore(name, caller);
        const said = ending.keys && wordsOf(ending.keys, caller ? someWords(caller) : allWords);
        const keys = universe.filter((word) => said && hasWord(said, word)).map((word) => word.toLowerCase());
        assert.equal(sorted(keys), sorted([...found.keys()].filter((key) => key !== failed)), `${name} with ${caller}`);
        assert.is(ending.fails, found.has(failed), `${name} fails`);
      }
    }),
    { numRuns: 400 },
  );
});

/** What the compiler says that runs of each agent cost, and what the explorer found. */
function costsOf(pipeline: Pipeline, window: number | null = null) {
  const { cost } = forcedPlanOf(filesOf(pipeline, window));
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
    { numRuns: 400 },
  );
});

test("where a model's window is known, the cost of each loop holds two requests for a summary", () => {
  fc.assert(
    fc.property(pipelines(true), (pipeline) => assertExact(pipeline, 8_000)),
    { numRuns: 200 },
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
      const plan = forcedPlanOf(filesOf(pipeline, tokens));
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
