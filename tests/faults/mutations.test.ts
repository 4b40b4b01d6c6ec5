/** Damaged projects: the compiler never crashes or hangs, its findings lie in the files, and a plan that it gives is whole. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sourcesFromMemory } from "../../compiler/1-source/memory.ts";
import { readFullYaml } from "../../compiler/2-parse/full-yaml.ts";
import { compileWith } from "../../compiler/compile.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { renderText } from "../../compiler/diagnostics/render/text.ts";
import { planJson } from "../../compiler/emit/plan-json.ts";
import { reader } from "../../compiler/expr/reader.ts";
import { decodePlan } from "../../compiler/ir/decode.ts";
import type { Span } from "../../compiler/ir/span.ts";
import { verifyPlan } from "../../compiler/ir/verify.ts";
import { lineMutations, placeMutations, randomMutation, wholeMutations } from "../support/mutate-text.ts";
import { agent, skill } from "../support/plan-of.ts";

type Texts = Readonly<Record<string, string>>;

const config = `[project]
name = "demo"
entrypoint = "main"

[models]
default = "openai:gpt-4o"

[models.thinker]
name = "openai:o3"
temperature = 0.5
`;

/** Small projects that use every key of the language between them: what is small is compiled thousands of times. */
const projects: Readonly<Record<string, Texts>> = {
  machine: {
    "tama.toml": config,
    ...agent(
      "main",
      `pattern: fsm\ninitial: sort\nmax_iter: 5\nstates:\n  sort:\n    - urgent: write\n    - "*": done\n  write: [{again: write}, {done: ~}, {"!error": done}]\n  done: ~`,
    ),
    ...agent(
      "sort",
      "pattern: react\nmax_iter: 3\ncall:\n  model: {role: thinker, temperature: 0.2, max_tokens: 100, seed: 1}\n  uses: [notes]\nenv: [TOKEN]",
      "urgent or not",
    ),
    ...agent("write", "pattern: critic\nretry: {attempts: 2}", "again or done"),
    "agents/write/draft.md": "Draft it.\n",
    "agents/write/critique.md": "---\npattern: react\ncall:\n  uses: [notes]\n---\nCritique it.\n",
    "agents/write/refine.md": "Refine it.\n",
    ...skill("notes", ["tama_mem_set"]),
  },
  fan: {
    "tama.toml": config,
    ...agent("main", "pattern: parallel\nworkers: [gather, argue, pick]\non_error: fail"),
    ...agent("gather", "pattern: scatter\nworker: read"),
    "agents/gather/reduce.md": "Join them.\n",
    ...agent("read", "pattern: oneshot\ncall:\n  model:\n    name: openai:gpt-4o"),
    ...agent("argue", "pattern: debate\nagents: [read, read]\nrounds: 2\njudge: read"),
    ...agent("pick", "pattern: best-of-n\nn: 3"),
    "agents/pick/judge.md": "Pick one.\n",
  },
};

/** A project with types, guards and templates. */
const typed: Texts = {
  "tama.toml": config,
  ...agent(
    "main",
    'pattern: fsm\ninitial: rate\ninput: {topic: text, "tags?": list<text>}\nstates:\n  rate:\n    - {good: ~, when: "value.score >= 7"}\n    - good: rate\n    - bad: ~',
  ),
  ...agent(
    "rate",
    "pattern: react\noutput: {score: int, notes: list<text>}\nkeys: [good, bad]\ninput: any",
    "Rate {{ input }} as good or bad.",
  ),
};

const test = suite("damaged projects");

for (const [name, texts] of Object.entries({ ...projects, typed })) {
  test(`the project \`${name}\` is sound as it is`, () => {
    assert.equal(errorsOf(texts), []);
  });

  test(`each change of a line of \`${name}\``, () => {
    for (const [path, text] of Object.entries(texts)) for (const other of lineMutations(text)) survives({ ...texts, [path]: other });
  });

  test(`each change of the whole of a file of \`${name}\`, and each file left out`, () => {
    for (const [path, text] of Object.entries(texts)) {
      for (const other of wholeMutations(text)) survives({ ...texts, [path]: other });
      const { [path]: _, ...others } = texts;
      survives(others);
    }
  });

  test(`a change at every fifth place of \`${name}\``, () => {
    for (const [path, text] of Object.entries(texts)) for (const other of placeMutations(text, 5)) survives({ ...texts, [path]: other });
  });

  test(`several changes anywhere in \`${name}\``, () => {
    const damaged = fc
      .constantFrom(...Object.entries(texts))
      .chain(([path, text]) => randomMutation(text).map((other) => ({ ...texts, [path]: other })));
    fc.assert(fc.property(damaged, survives), { numRuns: 250 });
  });
}

test("directories of any name", () => {
  for (const name of ["\u00E9t\u00E9", "a b", "A", "__proto__", "constructor", "\u{1F600}", "a\nb", "-", "1", "10", "a:b", "~", "..."]) {
    survives({ "tama.toml": config.replace('"main"', JSON.stringify(name)), ...agent(name, "pattern: oneshot") });
    survives({
      "tama.toml": config,
      ...agent("main", `pattern: parallel\nworkers: [${JSON.stringify(name)}]`),
      ...agent(name, "pattern: oneshot"),
    });
    survives({
      "tama.toml": config,
      ...agent("main", `pattern: fsm\ninitial: ${JSON.stringify(name)}\nstates: {${JSON.stringify(name)}: ~}`),
    });
  }
});

test("a carriage return at each line's end changes neither the plan nor a finding", () => {
  for (const texts of [projects["machine"] ?? {}, { ...typed, ...agent("rate", "pattern: nothing\nkeys: [good, good]") }]) {
    const crlf = Object.fromEntries(Object.entries(texts).map(([path, text]) => [path, text.replaceAll("\n", "\r\n")]));
    const [one, other] = [compiled(texts), compiled(crlf)];
    assert.equal(other.diagnostics, one.diagnostics);
    assert.is(other.plan && planJson(other.plan), one.plan && planJson(one.plan));
  }
});

/** What must hold for any text. */
function survives(texts: Texts): void {
  const { plan, diagnostics, seen } = compiled(texts);
  const shown = () => JSON.stringify(texts).slice(0, 2_000);
  for (const finding of diagnostics)
    for (const span of spansOf(finding)) assert.ok(isInside(span, seen), `${finding.code} ${JSON.stringify(span)} in ${shown()}`);
  assert.type(renderText(diagnostics.slice(0, 3), { text: (file) => seen[file] ?? null, colour: false }), "string");
  assert.is(
    plan === null,
    diagnostics.some(({ severity }) => severity === "error"),
    shown(),
  );
  if (!plan) return;
  assert.equal(verifyPlan(plan), [], shown());
  assert.is(decodePlan(JSON.parse(planJson(plan))).kind, "ok", shown());
}

/** `seen` are the texts as the compiler sees them. */
function compiled(texts: Texts) {
  const found: Diagnostic[] = [];
  const sources = sourcesFromMemory(texts, (diagnostic) => found.push(diagnostic));
  const { plan, diagnostics } = compileWith(sources, { reader, yaml: readFullYaml });
  const seen: Texts = Object.fromEntries(
    [...sources.files, ...(sources.config ? [sources.config] : [])].map(({ path, text }) => [path, text]),
  );
  return { plan: found.length > 0 ? null : plan, diagnostics: [...found, ...diagnostics], seen };
}

function errorsOf(texts: Texts): readonly string[] {
  return compiled(texts)
    .diagnostics.filter(({ severity }) => severity === "error")
    .map(({ code, message }) => `${code}: ${message}`);
}

function spansOf({ span, related }: Diagnostic): readonly Span[] {
  return [...(span ? [span] : []), ...related.map((other) => other.span)];
}

function isInside({ file, start, end }: Span, texts: Texts): boolean {
  return start >= 0 && start <= end && end <= (texts[file]?.length ?? -1);
}

test.run();
