import { suite } from "uvu";
import * as assert from "uvu/assert";
import { resolveKeys } from "../../runtime/2-schedule/keys.ts";

const test = suite("runtime: keys");

test("a word that both a step and its caller name is spelled as the step does, which is what its pattern looks for", () => {
  const keys = { kind: "set", words: ["parallel"], caller: true } as const;
  assert.equal(resolveKeys(keys, ["Parallel", "done"]), ["parallel", "done"]);
});

test("where the caller allows any word, so does a step that takes in its caller's", () => {
  assert.is(resolveKeys({ kind: "set", words: ["parallel"], caller: true }, null), null);
  assert.equal(resolveKeys({ kind: "set", words: ["a", "A"], caller: false }, null), ["a"]);
});

test.run();
