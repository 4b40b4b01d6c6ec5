/** Every example project compiles without a finding, ends well with simulated models, and says what its scenario makes of it. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readRun } from "../runtime/4-trace/read.ts";
import { type Asker, nobody } from "../runtime/asker.ts";
import { runDir } from "../runtime/exec.ts";
import { readScenarioFile, scriptedAsker } from "../runtime/providers/scripted.ts";
import { patterns } from "../stdlib/patterns/index.ts";
import { lineDiff } from "./support/line-diff.ts";
import { modeOf } from "./support/samples.ts";
import { builtPlan, simulateInto } from "./support/simulate.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const example = (name: string) => join(root, "examples", name);
const inputOf = (name: string) =>
  readFileSync(join(example(name), existsSync(join(example(name), "input.md")) ? "input.md" : "input.txt"), "utf8");
const test = suite("example projects");

/** Every project with a scenario, and the key that it ends with. What it ends with stands in its `result.md`. */
const ends: Readonly<Record<string, string>> = {
  "02-oneshot": "result",
  "03-react": "act",
  "04-scatter": "done",
  "05-parallel": "parallel",
  "06-fsm": "approve",
  "07-critic": "done",
  "08-reflexion": "done",
  "09-constitutional": "done",
  "10-chain-of-verification": "done",
  "11-plan-execute": "done",
  "12-debate": "try",
  "13-best-of-n": "done",
  "14-human": "publish",
  "15-support-desk": "send",
  "16-release-notes": "done",
  "17-research-brief": "done",
  "18-quote-desk": "quoted",
};

test("each project that has a scenario is run", () => {
  const has = (name: string, file: string) => existsSync(join(example(name), file));
  const names = readdirSync(join(root, "examples")).filter((name) => has(name, "tama.config.ts") && has(name, "scenario.yaml"));
  assert.equal(names.sort(), Object.keys(ends));
});

test("every pattern is shown by a project", () => {
  const texts = readdirSync(join(root, "examples"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith("AGENT.md"))
    .map((path) => readFileSync(join(root, "examples", path), "utf8"));
  assert.equal(
    Object.keys(patterns).filter((pattern) => !texts.some((text) => text.includes(`\npattern: ${pattern}\n`))),
    [],
  );
});

for (const [name, ending] of Object.entries(ends)) {
  test(`${name} says what its scenario makes of its input`, async () => {
    const scenario = join(example(name), "scenario.yaml");
    const { key, text, refused } = await play(name, { model: `scripted:${scenario}`, asker: askerOf(scenario) });
    assert.is(key, ending);
    assert.equal(refused, [], "no call of a scenario is refused");
    compare(join(example(name), "result.md"), `${text.trimEnd()}\n`);
  });

  test(`${name} ends with simulated models, and people who say yes`, async () => {
    const { key } = await play(name, { model: "sim", asker: async () => ({ kind: "answer", value: "yes" }) });
    assert.ok(key.length > 0);
  });
}

test.run();

interface Playing {
  readonly model: string;
  readonly asker: Asker;
}

interface Played {
  readonly key: string;
  readonly text: string;
  /** Why calls of tools were refused. */
  readonly refused: readonly string[];
}

/** Builds a project, which must have no finding, and runs it in this thread on its own input. */
async function play(name: string, { model, asker }: Playing): Promise<Played> {
  const stateDir = mkdtempSync(join(tmpdir(), "tama-example-"));
  const traceId = "0".repeat(32);
  try {
    const plan = await builtPlan(example(name));
    const ended = await simulateInto(stateDir, { plan, task: inputOf(name), traceId, model, asker, projectDir: example(name) });
    const rows = [...readRun(runDir(stateDir, traceId))];
    return { ...ended, refused: rows.flatMap(({ kind, message }) => (kind === "tool_rejected" ? [message ?? ""] : [])) };
  } finally {
    rmSync(stateDir, { recursive: true });
  }
}

/** People who answer as the scenario tells. */
function askerOf(file: string): Asker {
  const read = readScenarioFile(file);
  if (read.kind === "failed") throw new Error(read.problems.join("; "));
  return scriptedAsker(read.scenario, nobody);
}

function compare(file: string, text: string): void {
  if (modeOf(process.env) === "bless") writeFileSync(file, text);
  assert.is(
    existsSync(file) ? lineDiff(readFileSync(file, "utf8"), text) : "it is missing",
    "",
    `${file}: if this is meant: BLESS=1 npm test`,
  );
}
