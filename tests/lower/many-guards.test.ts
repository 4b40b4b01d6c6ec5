/** Guards of one key are tried one within the other: as many as may stand in a table still make a plan that can be read again. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { sourcesFromMemory } from "../../compiler/1-source/memory.ts";
import { readFullYaml } from "../../compiler/2-parse/full-yaml.ts";
import { compileWith } from "../../compiler/compile.ts";
import { planJson } from "../../compiler/emit/plan-json.ts";
import { reader } from "../../compiler/expr/reader.ts";
import { decodePlan } from "../../compiler/ir/decode.ts";
import { agent } from "../support/plan-of.ts";

function compiled(guards: number) {
  const ways = (key: string) =>
    Array.from({ length: guards }, (_, index) => `    - {${JSON.stringify(key)}: b, when: "value.n == ${index}"}`).join("\n");
  const states = `states:\n  a:\n${ways("done")}\n${ways("*")}\n    - "*": ~\n  b: ~`;
  const texts = {
    "tama.toml": '[project]\nname = "sample"\nentrypoint = "main"\n[models]\ndefault = "openai:gpt-4o"\n',
    ...agent("main", `pattern: fsm\ninitial: a\n${states}`),
    ...agent("a", "pattern: react\noutput: {n: int}"),
    ...agent("b", "pattern: react"),
  };
  const sources = sourcesFromMemory(texts, ({ message }) => assert.unreachable(message));
  const { plan, diagnostics } = compileWith(sources, { reader, yaml: readFullYaml });
  const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ code, message }) => `${code}: ${message}`);
  return { plan, errors };
}

test("as many guards as may be make a plan that can be read again", () => {
  const { plan, errors } = compiled(64);
  assert.equal(errors, []);
  assert.is(decodePlan(JSON.parse(plan ? planJson(plan) : "")).kind, "ok");
});

test("more are told once for each key", () => {
  assert.equal(compiled(70).errors, [
    "expr/too-complex: this has more than 64 guards of `done`",
    "expr/too-complex: this has more than 64 guards of `*`",
  ]);
});

test.run();
