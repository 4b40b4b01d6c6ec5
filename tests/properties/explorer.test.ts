/** The compiler's verdicts on routes, held against an explorer that tries every run and knows nothing of the compiler. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sourcesFromMemory } from "../../compiler/1-source/memory.ts";
import { readFullYaml } from "../../compiler/2-parse/full-yaml.ts";
import { parse } from "../../compiler/2-parse/index.ts";
import { endingsOf } from "../../compiler/4-check/endings.ts";
import { fires } from "../../compiler/4-check/table.ts";
import { allWords, hasWord, someWords, wordsOf } from "../../compiler/ir/words.ts";
import { explorerOf, type Pipeline } from "../support/explorer.ts";
import { failed } from "../support/outcomes.ts";
import { filesOf, pipelines, universe, words, workersOf } from "../support/pipelines.ts";

const test = suite("the compiler against an explorer");

/** What the compiler's analysis says of a pipeline. */
function analyse(pipeline: Pipeline) {
  const wrong: string[] = [];
  const report = ({ code, message }: { code: string; message: string }) => void wrong.push(`${code}: ${message}`);
  const project = parse(sourcesFromMemory(filesOf(pipeline), report, workersOf(pipeline)), readFullYaml, report);
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

test.run();
