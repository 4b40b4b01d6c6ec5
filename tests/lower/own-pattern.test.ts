/** Patterns of a project's own: written as the built-in ones are, and never trusted. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Built, build } from "../../compiler/build.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { everyPattern } from "../support/every-pattern.ts";
import { agent, blockOf, skill } from "../support/plan-of.ts";
import { outcomeOf, runPlan } from "../support/run-plan.ts";

const test = suite("lower: a project's own patterns");

type Files = Readonly<Record<string, string>>;

async function built(files: Files): Promise<Built> {
  const dir = mkdtempSync(join(tmpdir(), "tama-own-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
    return await build(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** A config with these declarations above it, and these patterns. */
function config(declarations: string, patterns: string): Files {
  const models = `{ default: "openai:gpt-4o", thinker: "openai:o3", worker: "openai:gpt-4o-mini" }`;
  const text = `${declarations}
import { defineConfig } from "tama/compiler";
export default defineConfig({ project: { name: "sample" }, entries: ["main"], models: ${models}, patterns: [${patterns}] });
`;
  return { "tama.config.ts": text };
}

/** The text of a built-in pattern, with the library in place of the files that it imports, and a name of its own. */
function rewritten(name: string): string {
  const source = readFileSync(fileURLToPath(new URL(`../../stdlib/patterns/${name}.ts`, import.meta.url)), "utf8");
  const imported = source.replaceAll(/"(\.\.\/)+(compiler\/ir\/(expr|ops)|pattern)\.ts"/g, '"tama/compiler"');
  return imported.replace(`name: "${name}"`, `name: "my-${name}"`);
}

const rewritable = [
  "oneshot",
  "react",
  "parallel",
  "critic",
  "reflexion",
  "constitutional",
  "chain-of-verification",
  "plan-execute",
  "debate",
  "best-of-n",
];

test("a built-in rewritten as a project's own gives the same plan, under its other name", async () => {
  const worker = `import { defineWorker } from "tama/compiler";\nexport default defineWorker({ capability: "count", run: (text: string) => text });\n`;
  const sources: Files = { ...everyPattern.texts, "agents/count/worker.ts": worker };
  const identifiers = rewritable.map((name) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()));
  const imports = rewritable.map((name, index) => `import { ${identifiers[index]} } from "./patterns/${name}.ts";`).join("\n");
  const own = {
    ...Object.fromEntries(
      Object.entries(sources).map(([path, text]) => [
        path,
        text.replace(/^pattern: (\S+)$/m, (line, name: string) =>
          path.endsWith("AGENT.md") && rewritable.includes(name) ? `pattern: my-${name}` : line,
        ),
      ]),
    ),
    ...Object.fromEntries(rewritable.map((name) => [`patterns/${name}.ts`, rewritten(name)])),
    ...config(imports, identifiers.join(", ")),
  };
  const [builtIn, ours] = await Promise.all([built({ ...sources, ...config("", "") }), built(own)]);
  assert.equal(
    ours.diagnostics.filter(({ severity }) => severity === "error"),
    [],
  );
  const [expected, given] = [builtIn.plan, ours.plan].map((plan) => plan && plainNames(plan));
  assert.ok(
    expected && Object.values(ours.plan?.blocks ?? {}).filter(({ pattern }) => pattern.startsWith("my-")).length >= rewritable.length,
  );
  assert.equal(given, expected);
});

/** What a run depends on, with the patterns' built-in names. */
function plainNames({ blocks, models, skills, texts, tools, workers, needs, cost }: Plan) {
  const named = Object.entries(blocks).map(([name, block]) => [name, { ...block, pattern: block.pattern.replace(/^my-/, "") }]);
  return { blocks: Object.fromEntries(named), models, skills, texts, tools, workers, needs, cost };
}

const twice = `import { choice, definePattern, literal } from "tama/compiler";
const twice = definePattern({
  name: "twice",
  summary: "drafts, then drafts again",
  fields: { helper: { kind: "agent", summary: "who helps", required: false } },
  steps: ["again"],
  body: "ask",
  exits: [EXITS],
  lower(agent, build) { BODY },
});`;
const main = { ...agent("main", "pattern: twice", "Draft."), "agents/main/again.md": "Draft again.\n" };
const withExits = (exits: string, body: string): Files => ({
  ...main,
  ...config(twice.replace("EXITS", exits).replace("BODY", body), "twice"),
});
const withBody = (body: string): Files => withExits(`{ kind: "word", word: "done" }`, body);
const sound = `
    const draft = build.step(agent.body, build.input, { id: "draft" });
    return build.pass(build.step(agent.steps("again"), draft.value));`;

test("an own pattern compiles and runs like any other", async () => {
  const { plan, diagnostics } = await built(withBody(sound));
  assert.equal(diagnostics, []);
  if (!plan) throw new Error("no plan");
  assert.is(blockOf(plan, "main").pattern, "twice");
  const ran = await runPlan(plan, { "Draft.": ["one"], "Draft again.": (request) => `after ${request.user}` });
  assert.equal(outcomeOf(ran.settled), { key: "done", value: "after one" });
});

test("an own pattern's step files, fields and name are checked like those of any other", async () => {
  const codes = async (files: Files) => (await built(files)).diagnostics.map(({ code }) => code);
  const good = withBody(sound);
  assert.equal(await codes({ ...good, ...agent("main", "pattern: twise", "Draft.") }), ["parse/unknown-pattern"]);
  assert.equal(await codes({ ...good, ...agent("main", "pattern: twice\nhelper: nobody", "Draft.") }), ["resolve/unknown-agent"]);
  const { "agents/main/again.md": _, ...without } = good;
  assert.equal(await codes(without), ["parse/missing-step-file"]);
});

test("an own pattern is not at fault where an agent that nothing reaches has a model and a skill of its own", async () => {
  const idle = agent("idle", "pattern: twice\ncall: {model: {name: 'openai:o3-mini'}}", "Idle.");
  const again = "---\npattern: react\ncall: {uses: [notes]}\n---\nAgain.\n";
  const files = { ...withBody(sound), ...idle, "agents/idle/again.md": again, ...skill("notes", ["tama_mem_get"]) };
  const { plan, diagnostics } = await built(files);
  assert.equal(
    diagnostics.map(({ code }) => code),
    ["resolve/unused-agent"],
  );
  assert.ok(plan);
});

const failures: readonly (readonly [what: string, body: string, problem: string | RegExp])[] = [
  ["throws", `throw new Error("not today");`, "not today"],
  ["returns nothing", "", ": field `result` is missing"],
  ["returns what is no result", "return 3 as never;", "/result: expected an object, found 3"],
  [
    "places two ops of one id",
    `build.step(agent.body, build.input, { id: "a" }); return build.pass(build.step(agent.body, build.input, { id: "a" }));`,
    "two ops of main have the id a",
  ],
  [
    "asks for a step that it does not declare",
    `return build.pass(build.step(agent.steps("other"), build.input));`,
    "main has no step other",
  ],
  [
    "ends with what is not there",
    `build.step(agent.body, build.input, { id: "a" }); return { kind: "pass", op: "b" };`,
    "a result passes on `b`, which is not an op of its body",
  ],
  [
    "reads what has not ended",
    `return build.exit("done", { kind: "outcome", op: "later", field: "value" });`,
    "a result reads `later`, which is not before it",
  ],
  [
    "calls a function that is not there",
    `return build.exit("done", { kind: "builtin", name: "shout", args: [build.input] });`,
    "a result uses a function that is not known: `shout`",
  ],
  [
    "calls a function with less than it takes",
    `return build.exit("done", { kind: "builtin", name: "join", args: [build.input] });`,
    "a result calls `join` with 1 arguments, not 2",
  ],
  [
    "calls an agent that no field names",
    `return build.pass(build.call("c", "main", build.input));`,
    "op `c` calls `main`, which no field of the agent names",
  ],
  ["places an expression that is none", `return build.exit("done", { kind: "magic" } as never);`, /^\/result\/value.*magic/],
  ["places what no plan can hold", `return build.exit("done", literal((() => 1) as never));`, /field `value` is missing/],
  ["places ops without end", `for (let i = 0; ; i += 1) build.pure("op" + i, build.input);`, "it places more than 100000 ops"],
  [
    "differs from one time to the next",
    `globalThis["tamaTest"] = (globalThis["tamaTest"] ?? 0) + 1; return build.exit("done", literal(globalThis["tamaTest"]));`,
    "it places other ops each time",
  ],
];

for (const [what, body, problem] of failures) {
  test(`a pattern whose \`lower\` ${what} is one finding, at its place in the config`, async () => {
    const files = withBody(body);
    const { plan, diagnostics } = await built(files);
    assert.is(plan, null);
    assert.equal(
      diagnostics.map(({ code }) => code),
      ["lower/bad-pattern"],
    );
    const [found] = diagnostics;
    const told = found?.message.replace("the pattern `twice` cannot lower `main`: ", "") ?? "";
    if (typeof problem === "string") assert.is(told, problem);
    else assert.match(told, problem);
    const text = files["tama.config.ts"] ?? "";
    assert.is(found?.span && text.slice(found.span.start, found.span.end), "twice");
    assert.equal(
      found?.related.map(({ span }) => span.file),
      ["agents/main/AGENT.md"],
    );
  });
}

const exits: readonly (readonly [exits: string, ends: string, unlisted: string | null])[] = [
  [`{ kind: "word", word: "done" }`, `build.pass(draft)`, null],
  [`{ kind: "word", word: "done" }`, `build.exit("Done", draft.value)`, null],
  [`{ kind: "word", word: "done" }`, `build.exit("good", draft.value)`, "`good`"],
  [`{ kind: "word", word: "good" }`, `build.exit(choice(draft.failed, literal("bad"), literal("good")), draft.value)`, "`bad`"],
  [`{ kind: "any" }`, `build.exit(draft.value, draft.value)`, null],
  [`{ kind: "word", word: "done" }`, `build.exit(draft.value, draft.value)`, "any word but `done`"],
  [`{ kind: "prompt", step: "again" }`, `build.pass(build.step(agent.steps("again"), draft.value, { keys: build.endKeys }))`, null],
  [`{ kind: "prompt", step: "again" }`, `build.pass(build.step(agent.steps("again"), draft.value))`, "any word"],
  [`{ kind: "agent", field: "nobody" }`, `build.exit("good", draft.value)`, "`good`"],
];

for (const [listed, ends, unlisted] of exits) {
  test(`what ends by \`${ends}\` ${unlisted ? "needs more exits than" : "has the exits"} ${listed}`, async () => {
    const body = `const draft = build.step(agent.body, build.input, { id: "draft" }); return ${ends};`;
    const files = { ...withExits(listed, body), "agents/main/again.md": "---\npattern: react\n---\nAgain.\n" };
    const { diagnostics } = await built(files);
    assert.equal(
      diagnostics.map(({ code, message }) => `${code}: ${message}`),
      unlisted ? [`lower/unlisted-exit: \`main\` can end with ${unlisted}, which the \`exits\` of its pattern \`twice\` do not list`] : [],
    );
  });
}

test("a state whose agent may end with any word needs a way for any other", async () => {
  const files = withExits(
    `{ kind: "any" }`,
    `const draft = build.step(agent.body, build.input); return build.exit(draft.value, draft.value);`,
  );
  const states = (more: string) => agent("flow", `pattern: fsm\ninitial: main\nstates:\n  main:\n    - good: ~\n${more}`);
  const codes = async (more: string) => (await built({ ...files, ...states(more) })).diagnostics.map(({ code }) => code);
  assert.equal(await codes(""), ["resolve/unused-agent", "routes/no-route"]);
  assert.equal(await codes(`    - "*": ~\n`), ["resolve/unused-agent"]);
});

test("a declaration that is wrong is told at its key, and a TOML config can hold none", async () => {
  const inline = `{ name: "Twice", summary: "x", steps: "again" }`;
  const { diagnostics } = await built({ ...agent("main", "pattern: oneshot"), ...config("", inline) });
  assert.equal(
    diagnostics.map(({ code, message }) => [code, message]),
    [
      ["config/bad-pattern", "`patterns[0]`: field `exits` is missing"],
      ["config/bad-pattern", "`patterns[0]`: field `lower` is missing"],
      ["config/bad-pattern", '`patterns[0].name`: expected a word in kebab-case, found "Twice"'],
      ["config/bad-pattern", '`patterns[0].steps`: expected a list, found "again"'],
    ],
  );
  const toml = `[project]\nname = "p"\n[models]\ndefault = "openai:gpt-4o"\n[[patterns]]\nname = "a"\nsummary = "b"\nexits = []\nlower = "c"\n`;
  const { diagnostics: inToml } = await built({ ...agent("main", "pattern: oneshot"), "tama.toml": toml });
  assert.equal(
    inToml.map(({ code }) => code),
    ["config/bad-pattern"],
  );
});

test.run();
