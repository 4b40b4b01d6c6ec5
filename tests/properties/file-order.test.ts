import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sourcesFromMemory } from "../../compiler/1-source/memory.ts";
import { readFullYaml } from "../../compiler/2-parse/full-yaml.ts";
import { compileWith } from "../../compiler/compile.ts";
import { planJson } from "../../compiler/emit/plan-json.ts";
import { reader } from "../../compiler/expr/reader.ts";

const agent = (name: string, rest: string) => `---\nname: ${name}\ndescription: works\nversion: "1"\n${rest}\n---\nWork.\n`;
const project: Readonly<Record<string, string>> = {
  "tama.toml": '[project]\nentrypoint = "flow"\n[models]\ndefault = "openai:gpt-4o"\n',
  "agents/flow/AGENT.md": agent("flow", "pattern: fsm\ninitial: split\nstates:\n  split: [{done: pair}, {'*': ~}]\n  pair: ~"),
  "agents/pair/AGENT.md": agent("pair", "pattern: parallel\nworkers: [one, two]"),
  "agents/split/AGENT.md": agent("split", "pattern: scatter\nworker: one"),
  "agents/split/reduce.md": "Join.\n",
  "agents/one/AGENT.md": agent("one", "pattern: react\ncall:\n  uses: [notes]"),
  "agents/two/AGENT.md": agent("two", "pattern: oneshot"),
  "skills/notes/SKILL.md": "---\nname: notes\ndescription: takes notes\ntools: [tama_mem_set]\n---\nNote.\n",
};

const test = suite("the order of files");
const order = fc.shuffledSubarray(Object.keys(project), { minLength: Object.keys(project).length });

test("the same sources give the same plan bytes in whatever order they are found", () => {
  const expected = bytes(Object.keys(project), Object.keys(project));
  assert.match(expected, '"format": "tama.plan/1"');
  fc.assert(
    fc.property(order, order, (written, found) => assert.is(bytes(written, found), expected)),
    { numRuns: 30 },
  );
});

test.run();

/** The plan of the project, its texts given in one order and listed in another. */
function bytes(written: readonly string[], found: readonly string[]): string {
  const sources = sourcesFromMemory(Object.fromEntries(written.map((path) => [path, project[path] ?? ""])), () => assert.unreachable());
  const by = (path: string) => found.findIndex((other) => other === path || other.startsWith(`agents/${path}/`));
  const files = [...sources.files].sort((a, b) => by(a.path) - by(b.path));
  const { plan, diagnostics } = compileWith(
    { ...sources, files, agents: [...sources.agents].sort((a, b) => by(a) - by(b)) },
    { reader, yaml: readFullYaml },
  );
  assert.equal(diagnostics, []);
  return plan ? planJson(plan) : "";
}
