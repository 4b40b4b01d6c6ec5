import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sourcesFromMemory } from "../../compiler/1-source/memory.ts";
import { readFullYaml } from "../../compiler/2-parse/full-yaml.ts";
import { parse } from "../../compiler/2-parse/index.ts";
import { resolve } from "../../compiler/3-resolve/index.ts";
import { check } from "../../compiler/4-check/index.ts";
import { lower } from "../../compiler/5-lower/index.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { reader } from "../../compiler/expr/reader.ts";
import type { Span } from "../../compiler/ir/span.ts";

const test = suite("properties/parse");

/** Pieces that frontmatter is made of, put together without sense. */
const fragment = fc.constantFrom(
  ..."name: a|description: x: y|version: 1.0|pattern: fsm|pattern: react|pattern: scatter|pattern: critic|worker: b|workers: [a, b]|initial: s".split(
    "|",
  ),
  ...'states:|  s: ~|  s: t|  S: {k: t}|    - done: ~|    - DONE: s|    - "!error": s|    - !error: s|    - *a|  - when: x|call:|  uses: [k, ./k]'.split(
    "|",
  ),
  ..."  model: {role: r, temperature: hot}|max_iter: 0|max_iter: 1e400|---|----|...|%YAML 9|&a [*a]|k: &a [1]|k: *a|<<: *a|? [x]|: |\t- tab".split(
    "|",
  ),
  ..."\"|'|{|[|]|}|#|\u0000|\u2028|\ud800|😀: é|k: >|k: |-|- - - -|!!binary x".split("|"),
);
const yamlLike = fc.array(fragment, { maxLength: 14 }).map((lines) => `---\n${lines.join("\n")}\n---\nBody.\n`);
const sensible = fc
  .array(fragment, { maxLength: 6 })
  .map((lines) => `---\nname: a\ndescription: d\nversion: "1"\n${lines.join("\n")}\n---\nBody.\n`);
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => new TextDecoder().decode(array));
const content = fc.oneof(yamlLike, sensible, bytes, fc.string({ unit: "binary", maxLength: 200 }));

test("never throws on any content, and every span of every finding lies inside its file", () => {
  fc.assert(
    fc.property(content, content, content, (agent, step, skill) => {
      const texts = { "agents/a/AGENT.md": agent, "agents/a/reduce.md": step, "skills/k/SKILL.md": skill };
      for (const finding of findings(texts)) for (const span of spansOf(finding)) assertInside(span, texts);
    }),
    { numRuns: 400 },
  );
});

test("survives nesting and aliases without bound, and says so", () => {
  const inYaml = (yaml: string) => codes({ "agents/a/AGENT.md": `---\n${yaml}\n---\n` });
  assert.equal(inYaml(`env: ${"[".repeat(500)}${"]".repeat(500)}`), ["parse/too-deep"]);
  assert.equal(inYaml(`env: [&a x${", *a".repeat(10_001)}]`), ["parse/too-many-aliases"]);
  assert.equal(inYaml("env: &a [*a]"), ["parse/unknown-alias"]);
  for (const nested of [
    `env: ${"[".repeat(50_000)}`,
    `env: ${"[".repeat(50_000)}${"]".repeat(50_000)}`,
    `env:\n  ${"- ".repeat(50_000)}x`,
  ]) {
    assert.is(inYaml(nested).length, 1);
  }
});

test("tells of brackets without end at any depth, one file after the other: a stack that ends there can abort the process", () => {
  for (const open of ["[", "{", "{a: ", "[[1], "]) {
    for (const depth of [10, 60, 100, 500, 3_000, 20_000]) {
      const [code, ...others] = codes({ "agents/a/AGENT.md": `---\nenv: ${open.repeat(depth)}\n---\n` });
      assert.is(code, depth <= 10 ? "parse/unclosed" : depth >= 100 ? "parse/too-deep" : code, `${open} ${depth}`);
      assert.equal(others, []);
    }
  }
});

function findings(texts: Readonly<Record<string, string>>): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic) => {
    found.push(diagnostic);
  };
  const project = parse(sourcesFromMemory(texts, report), readFullYaml, report);
  const resolved = resolve(project, reader, report);
  check(project, report);
  if (resolved) lower(resolved, report);
  return found;
}

function codes(texts: Readonly<Record<string, string>>): readonly string[] {
  return findings(texts).map(({ code }) => code);
}

function spansOf({ span, related }: Diagnostic): readonly Span[] {
  return [...(span ? [span] : []), ...related.map((other) => other.span)];
}

/** The compiler reads CRLF as LF and drops a byte order mark: a file it sees is never longer than what was given. */
function assertInside({ file, start, end }: Span, texts: Readonly<Record<string, string>>): void {
  const length = texts[file]?.length ?? -1;
  assert.ok(start >= 0 && start <= end && end <= length, `${file}: ${start}-${end} of ${length}`);
}

test.run();
