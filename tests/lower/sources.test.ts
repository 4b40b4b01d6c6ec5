/** What is told of where values come from stays small, however many agents have a part in them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { flow, sourcesOf } from "../../compiler/5-lower/flow/outcome.ts";
import { text } from "../../compiler/ir/types.ts";

const test = suite("sources of values");

test("of what is made of a thousand answers the first sources are told", () => {
  const answers = Array.from({ length: 1000 }, (_, index) => flow(text, new Set([`agents/a-${index}`])));
  const sources = [...sourcesOf(answers)];
  assert.ok(sources.length < 100);
  assert.equal(sources.slice(0, 2), ["agents/a-0", "agents/a-1"]);
});

test.run();
