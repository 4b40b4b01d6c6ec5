/** Every example compiles without a finding and runs with simulated models; what code made of the input is golden. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pictureOf } from "../compiler/emit/picture.ts";
import { svg } from "../compiler/emit/svg.ts";
import { pretty, toText } from "../compiler/ir/json.ts";
import { measure } from "../examples/01-docs-review/agents/measure/measure.ts";
import { readSentences } from "../examples/01-docs-review/agents/measure/sentences.ts";
import { render } from "../examples/01-docs-review/agents/report/render.ts";
import { call, type Part } from "./support/model-server.ts";
import { outcomeOf, runPlan } from "./support/run-plan.ts";
import { modeOf, samples } from "./support/samples.ts";
import { builtPlan, simulate } from "./support/simulate.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const example = (name: string) => join(root, "examples", name);
const test = suite("examples");

samples("examples", async (inputDir, caseDir) => {
  const document = readFileSync(join(inputDir, "document.md"), "utf8");
  const { text } = await simulate(await builtPlan(example(basename(caseDir))), document);
  return { "report.md": `${text}\n`, "metrics.json": pretty(measure(document)) };
});

test("every example has a sample, or a scenario", () => {
  const has = (name: string, file: string) => existsSync(join(example(name), file));
  const projects = foldersIn(join(root, "examples")).filter((name) => has(name, "agents") && !has(name, "scenario.yaml"));
  assert.equal(foldersIn(join(root, "tests/samples/examples")), projects);
});

test("the repository's own project is the first example", async () => {
  const [own, first] = [await builtPlan(root), await builtPlan(example("01-docs-review"))];
  assert.equal(own.blocks, first.blocks);
  assert.equal(own.models, first.models);
});

test("the committed drawing is that of the repository's own project", async () => {
  const file = join(root, "examples/01-docs-review/graph.svg");
  const drawn = await svg(pictureOf(await builtPlan(root)));
  if (modeOf(process.env) === "bless") writeFileSync(file, drawn);
  assert.is(readFileSync(file, "utf8") === drawn, true, "if this is meant: BLESS=1 npm test");
});

/** What models answer, by a piece of the agent's prompt. The reviewer does as it is told when a comment comes back. */
const answers: Readonly<Record<string, Part>> = {
  "You review technical documents": finishing((input) => ["done", input.includes("CHECK:") ? "- mended" : "- vague"]),
  "You are given a list of review comments": finishing((input) =>
    input === "- mended" ? ["approve", input] : ["revise", `${input}\nCHECK: which?`],
  ),
  "You are given a Markdown document": finishing(() => ["parallel", '["First one.", "Second one."]']),
  "You are given one sentence": finishing((input) => ["done", input.toUpperCase()]),
  "for each `[Item: sentence]`": (request) => request.user.slice(request.user.indexOf("[Item")),
};

test("comments go back until the checker approves, and each sentence is rewritten", async () => {
  const { settled, requests } = await runPlan(await builtPlan(root), answers, { input: "# Title\n\nFirst one. Second one.\n" });
  const { key, value } = outcomeOf(settled);
  assert.is(key, "done");
  assert.match(toText(value), "# Review: Title\n\n4 words, 2 sentences, 1 section.");
  assert.match(toText(value), "## What the reviewers say\n\n- mended\n");
  assert.match(toText(value), "[Item: First one.]\nFIRST ONE.\n\n[Item: Second one.]\nSECOND ONE.");
  const checked = requests.filter(({ system, turn }) => system.includes("list of review comments") && turn === 1);
  assert.equal(
    checked.map(({ keys }) => keys),
    [
      ["revise", "approve"],
      ["revise", "approve"],
    ],
  );
});

test("a report says what failed, and holds the rest", async () => {
  const never = { ...answers, "You review technical documents": finishing(() => ["done", "- vague"]) };
  const { settled } = await runPlan(await builtPlan(root), never, { input: "# Title\n\nOne.\n" });
  const report = toText(outcomeOf(settled).value);
  assert.match(report, "1 word, 1 sentence, 1 section.");
  assert.match(report, "## Proposed rewrites");
  assert.match(report, /## What failed\n\n- `critique`: FSM exceeded 8 steps.*$/);
  assert.not.match(report, "## What the reviewers say");
});

test("a report of nothing says so", () => {
  assert.match(render({}), "The document could not be measured.");
  assert.match(render({ measure: measure("") }), "0 words, 0 sentences, 0 sections. There is nothing to read.");
});

test("sentences end at a stop before a new one, not in code, numbers or abbreviations", () => {
  const texts = (text: string) => readSentences(text, 1).map((sentence) => sentence.text);
  assert.equal(texts('It runs. "Really?" Yes!'), ["It runs.", '"Really?"', "Yes!"]);
  assert.equal(texts("See e.g. Rotterdam, i.e. The Port. See `a. B` and 1.5 m."), [
    "See e.g. Rotterdam, i.e. The Port.",
    "See `a. B` and 1.5 m.",
  ]);
  assert.equal(
    readSentences("One.\nTwo\nlines. Three.", 7).map(({ line, words }) => [line, words]),
    [
      [7, 1],
      [8, 2],
      [9, 1],
    ],
  );
});

test("any text is measured, its sections add up, and every line lies in it", () => {
  const mark = fc.constantFrom(
    "#",
    "##",
    "```",
    "~~~",
    "- ",
    "> ",
    "| a | b |",
    "|---|---|",
    "===",
    "---",
    "<!--",
    "-->",
    "[a](#b)",
    "[r]: x.md",
    "`",
    "    ",
    "Word. ",
    "\n",
    "\n\n",
  );
  return fc.assert(
    fc.property(fc.array(fc.oneof(mark, fc.string({ unit: "binary" })), { maxLength: 40 }), (pieces) => {
      const document = pieces.join("");
      const { words, sentences, sections, links, longest, openFences } = measure(document);
      const sum = (count: "words" | "sentences" | "links") => sections.reduce((total, section) => total + section[count], 0);
      assert.equal([sum("words"), sum("sentences")], [words, sentences]);
      assert.ok(sum("links") <= links.length);
      const lines = [...sections, ...links, ...longest].map(({ line }) => line).concat(openFences);
      assert.ok(lines.every((line) => line >= 1 && line <= document.split(/\r?\n/).length));
    }),
    { numRuns: 300 },
  );
});

test.run();

/** An agent that starts, then finishes with a key and a value made from its input. */
function finishing(finish: (input: string) => readonly [key: string, value: string]): Part {
  return ({ turn, input }) => {
    const [key, value] = finish(input);
    return turn === 1 ? call("start") : call("finish", { key, value });
  };
}

function foldersIn(dir: string): readonly string[] {
  const entries = readdirSync(dir, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}
