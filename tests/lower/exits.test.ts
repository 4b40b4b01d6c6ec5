/** What a pattern declares of its exits is what its ops can end with. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sourcesFromMemory } from "../../compiler/1-source/memory.ts";
import { readFullYaml } from "../../compiler/2-parse/full-yaml.ts";
import { parse } from "../../compiler/2-parse/index.ts";
import { endingsOf } from "../../compiler/4-check/endings.ts";
import { spendsOf } from "../../compiler/6-plan/cost/index.ts";
import { allWords, noWords, showWords, someWords, uniteKeys, wordsOf } from "../../compiler/ir/words.ts";
import { patterns } from "../../stdlib/patterns/index.ts";
import { everyPattern } from "../support/every-pattern.ts";
import { forcedPlanOf } from "../support/plan-of.ts";

const test = suite("lower: exits");
const none = () => {};

test("every built-in pattern says how it ends", () => {
  for (const { name, exits } of Object.values(patterns)) assert.ok(exits.length > 0, name);
});

test("each agent ends with the same keys in what was written and in what was lowered, whatever its caller allows", () => {
  const { texts, workers } = everyPattern;
  const { endings } = endingsOf(parse(sourcesFromMemory(texts, none, workers), readFullYaml, none));
  const plan = forcedPlanOf(texts, workers);
  const spends = spendsOf(plan.blocks, plan.workers);
  const callers = [allWords, someWords(["done"]), someWords(["approve", "parallel"]), noWords];
  assert.ok(spends.size > 5);
  for (const [name, spend] of spends) {
    const lowered = uniteKeys(spend.ways.map(({ keys }) => keys));
    const written = endings.get(name)?.keys;
    for (const caller of callers) assert.is(written && told(wordsOf(written, caller)), told(wordsOf(lowered, caller)), name);
  }
});

test.run();

function told(words: typeof allWords): string {
  return showWords({ kind: words.kind, words: new Map([...words.words].sort()) });
}
