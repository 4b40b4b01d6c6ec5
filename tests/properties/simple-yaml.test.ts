import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readFullYaml } from "../../compiler/2-parse/full-yaml.ts";
import { readSimpleYaml } from "../../compiler/2-parse/simple-yaml.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { randomMutation } from "../support/mutate-text.ts";

const test = suite("properties/simple-yaml");

const odd =
  "- a|a: b|? a|*a|&a b|!t b|%a|@a|`a|a:|: a|a : b|<<|#|a #b|a# b|it's|'it''s'|\"a\\nb\"|a\u00a0|\u2003a|\u00e9|\u{1F600}|--- a|...|-|--|[|}";
const numbers = "0|-0|007|1.0|1.0.0|-1.5|+1|.5|5.|1e3|0x1F|0o7|.inf|-.inf|.nan|12:30|2024-01-01|1_000|9007199254740993|3 of 4|-1 or so|-a";
const words =
  'a|b-c|a/b|./a|../a|~/a|~|~a|null|Null|nULL|true|TRUE|yes|no|(a)|$a|a, b|a [b]|say "a"|x=y|http://a/b|"a: b"|\'#a\'|""|\'\'|\'~\'|"1"';
const scalar = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(...odd.split("|")) },
  { weight: 2, arbitrary: fc.constantFrom(...numbers.split("|")) },
  { weight: 9, arbitrary: fc.constantFrom(...words.split("|")) },
);
const key = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(..."~|1|a b|*|<<|'a|a'|-".split("|")) },
  { weight: 9, arbitrary: fc.constantFrom(..."a|b|c_d|e-f|\"*\"|'!error'|true|when|f|g|h|i".split("|")) },
);
const flow: fc.Arbitrary<string> = fc.letrec<{ flow: string }>((tie) => ({
  flow: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    fc.array(tie("flow"), { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
    fc
      .array(fc.tuple(key, tie("flow")), { maxLength: 3 })
      .map((pairs) => `{${pairs.map(([name, value]) => `${name}: ${value}`).join(", ")}}`),
    fc.json({ maxDepth: 2 }),
  ),
})).flow;

/** Lines, the first of which stands where its owner puts it. */
const block: fc.Arbitrary<readonly string[]> = fc.letrec<{ map: readonly string[]; list: readonly string[] }>((tie) => {
  const indent = fc.constantFrom(2, 2, 2, 1, 4);
  const under = (name: string, lines: readonly string[], by: number) => [`${name}:`, ...lines.map((line) => " ".repeat(by) + line)];
  const entry = fc.oneof(
    { withCrossShrink: true, depthSize: "small" },
    fc.tuple(key, flow).map(([name, value]) => [`${name}: ${value}`]),
    fc.tuple(key, tie("map"), indent).map(([name, lines, by]) => under(name, lines, by)),
    fc.tuple(key, tie("list"), fc.constantFrom(0, 2, 4)).map(([name, lines, by]) => under(name, lines, by)),
  );
  const item = fc.oneof(
    { withCrossShrink: true, depthSize: "small" },
    flow.map((value) => [`- ${value}`]),
    tie("map").map((lines) => lines.map((line, index) => (index === 0 ? "- " : "  ") + line)),
  );
  return {
    map: fc.array(entry, { minLength: 1, maxLength: 3 }).map((entries) => entries.flat()),
    list: fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.flat()),
  };
}).map;
const yaml = block.map((lines) => `${lines.join("\n")}\n`);

/** What the quick reader gives, which must be what the full one gives; null where it leaves the text to that. */
function read(text: string): unknown {
  const source = { file: "agents/a/AGENT.md", text, at: 4 };
  const simple = readSimpleYaml(source);
  const found: Diagnostic[] = [];
  if (simple) assert.equal([simple, found], [readFullYaml(source, (finding) => found.push(finding)), []], JSON.stringify(text));
  return simple;
}

test("what the quick reader reads, the full one reads alike and without a finding", () => {
  let quick = 0;
  fc.assert(
    fc.property(yaml, (text) => {
      if (read(text)) quick += 1;
    }),
    { numRuns: 2_000 },
  );
  assert.ok(quick > 100, `it read ${quick} of them`);
});

test("so it does where the text is damaged in one place", () => {
  const damaged = yaml.chain(randomMutation);
  fc.assert(
    fc.property(damaged, (text) => void read(text)),
    { numRuns: 2_000 },
  );
});

test("the quick reader reads what frontmatter is commonly made of", () => {
  const lines = [
    "name: a",
    "description: Says what it does, and when",
    'version: "1.0.0"',
    "pattern: fsm",
    "call:",
    "  model: {role: thinker, temperature: 0.2}",
    "  uses:",
    "  - search",
    "  - memory",
    "states:",
    "  draft: review",
    "  review:",
    "    - revise: draft",
    "      when: value.score < 7",
    '    - "*": ~',
    "",
    "workers: [a, b]",
  ];
  assert.ok(read(`${lines.join("\n")}\n`));
});

test("the quick reader leaves deep nesting to the full one", () => {
  assert.is(read(`a: ${"[".repeat(40)}${"]".repeat(40)}\n`), null);
  assert.is(readSimpleYaml({ file: "a", text: `a: ${"[".repeat(50_000)}\n`, at: 0 }), null);
});

test.run();
