/** What errors say is held against runs: a project that is refused is run all the same, and dies as it was told. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sourcesFromMemory } from "../../compiler/1-source/memory.ts";
import { readFullYaml } from "../../compiler/2-parse/full-yaml.ts";
import { parse } from "../../compiler/2-parse/index.ts";
import { compileWith } from "../../compiler/compile.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { pages } from "../../compiler/diagnostics/pages.generated.ts";
import { reader } from "../../compiler/expr/reader.ts";
import { decodePlan, encodePlan } from "../../compiler/ir/decode.ts";
import { verifyPlan } from "../../compiler/ir/verify.ts";
import { allowedByConfig } from "../../runtime/permissions/allowance.ts";
import { type Grants, grantsOf } from "../../runtime/permissions/grants.ts";
import { judge } from "../../runtime/permissions/judge.ts";
import { explorerOf } from "../support/explorer.ts";
import { failed } from "../support/outcomes.ts";
import { projectUnder } from "../support/page-projects.ts";
import { filesOf, pipelines, universe, workersOf } from "../support/pipelines.ts";
import { agent, forcedPlanOf, planOf } from "../support/plan-of.ts";
import { lehmer, type RandomRun, randomRun, textRun } from "../support/random-run.ts";
import { filesIn } from "../support/read-files.ts";

const test = suite("errors against runs");

type Project = Readonly<Record<string, string>>;
type Workers = ReturnType<typeof workersOf>;

/** Runs of a project with models that finish with whatever they are offered. */
function runsOf(project: Project, count = 60, workers: Workers = {}): readonly RandomRun[] {
  const plan = forcedPlanOf(project, workers);
  return Array.from({ length: count }, (_, index) => randomRun(plan, lehmer(index + 1), 0.05));
}

/** The codes of failures that are not the model's own. */
function deathsOf(runs: readonly RandomRun[]): readonly string[] {
  const codes = runs.flatMap(({ settled }) => (settled.kind === "failed" ? [settled.failure.code] : []));
  return [...new Set(codes)].filter((code) => code !== "model" && code !== "schema" && code !== "max-turns").sort();
}

function errorsOf(project: Project, workers: Workers = {}): readonly Diagnostic[] {
  const { diagnostics } = compileWith(
    sourcesFromMemory(project, () => {}, workers),
    { reader, yaml: readFullYaml },
  );
  return diagnostics.filter(({ severity }) => severity === "error");
}

const bad = (code: string) => projectUnder("Bad", pages[code]?.body ?? "");
const sample = (name: string) => filesIn(new URL(`../samples/check/${name}/input/`, import.meta.url));

/** By code, projects that have it as their only kind of error. */
const examples: Readonly<Record<string, readonly Project[]>> = {
  "routes/no-route": [bad("routes/no-route"), sample("routes-missing")],
  "routes/no-end": [bad("routes/no-end")],
  "routes/bound-too-low": [bad("routes/bound-too-low")],
};

for (const [code, projects] of Object.entries(examples)) {
  test(`a run of what has ${code} dies of that`, () => {
    for (const project of projects) {
      assert.equal([...new Set(errorsOf(project).map((error) => error.code))], [code]);
      const runs = runsOf(project);
      assert.equal(deathsOf(runs), [code === "routes/no-route" ? "no-route" : "exhausted"]);
      if (code !== "routes/no-route") assert.not(runs.some(({ settled }) => settled.kind === "ok"));
    }
  });
}

test("where the limit of calls is below the minimum, no run ends well: the limit ends it", () => {
  const project = bad("cost/limit-below-minimum");
  const [error] = errorsOf(project);
  assert.is(error?.code, "cost/limit-below-minimum");
  const runs = runsOf(project);
  assert.not(runs.some(({ settled }) => settled.kind === "ok"));
  assert.ok(deathsOf(runs).includes("limit"));
});

/** What a project's config grants to a run of it that `tama run` starts, and the tools that its skills unlock. */
function grantedIn(project: Project): Grants {
  const { config } = parse(
    sourcesFromMemory(project, () => {}),
    readFullYaml,
    () => {},
  );
  return grantsOf(allowedByConfig(config.permissions ?? []), forcedPlanOf(project), "/project");
}

const isDone = (words: readonly string[]) => words.filter((word) => word.toLowerCase() === "done");
const args = { url: "https://example.com/", command: "true", path: "notes.md", content: "x" };

for (const project of [bad("effects/beyond-permissions"), sample("effects-permissions")]) {
  test(`what is beyond the permissions is refused when it is called: ${Object.keys(project).filter((path) => path.startsWith("skills/"))}`, () => {
    const errors = errorsOf(project).filter(({ code }) => code === "effects/beyond-permissions");
    const grants = grantedIn(project);
    const ends = errors.map(({ message }) => message.split(" -> ").at(-1) ?? "");
    const refused = (tool: string) => judge(grants, { tool, args, own: null }).kind === "refused";
    for (const end of ends) assert.ok(end.startsWith("tama_") ? refused(end) : !grants.sent.includes(end), end);
    const unlocked = Object.keys(forcedPlanOf(project).tools);
    assert.equal(unlocked.filter(refused).sort(), ends.filter((end) => end.startsWith("tama_")).sort());
  });
}

test("what is within the permissions is not refused", () => {
  const project = projectUnder("Good", pages["effects/beyond-permissions"]?.body ?? "");
  for (const tool of Object.keys(forcedPlanOf(project).tools)) assert.is(judge(grantedIn(project), { tool, args, own: null }).kind, "ok");
});

test("of agents that call each other in a circle there is no plan, and one made by hand is refused before it runs", () => {
  assert.throws(() => forcedPlanOf(bad("check/cycle")), "cannot lower");
  const plan = planOf({
    ...agent("main", "pattern: parallel\nworkers: [inner]"),
    ...agent("inner", "pattern: parallel\nworkers: [leaf]"),
    ...agent("leaf", "pattern: oneshot"),
  });
  const text = JSON.stringify(encodePlan(plan)).replaceAll('"block":"leaf"', '"block":"main"');
  const decoded = decodePlan(JSON.parse(text));
  if (decoded.kind !== "ok") throw new Error(JSON.stringify(decoded));
  const told = verifyPlan(decoded.value).map(({ message }) => message);
  assert.ok(told.includes("calls go in a circle: inner -> main -> inner"), told.join("\n"));
});

test("calls a thousand deep are a plan; deeper ones are none, and one that was forced is refused before it runs", () => {
  const chain = (depth: number) => {
    const links = Array.from({ length: depth - 1 }, (_, index) =>
      agent(`link-${index + 2}`, `pattern: parallel\nworkers: [link-${index + 3}]`),
    );
    const first = agent("main", "pattern: parallel\nworkers: [link-2]");
    return Object.assign(first, ...links.slice(0, -1), agent(`link-${depth}`, "pattern: oneshot"), {
      "tama.toml": '[project]\nname = "deep"\nentrypoint = "main"\n[models]\ndefault = "openai:gpt-4o"\n',
    });
  };
  assert.equal(errorsOf(chain(1_000)), []);
  assert.equal(verifyPlan(planOf(chain(1_000))), []);
  assert.equal(
    errorsOf(chain(1_001)).map(({ code, span }) => `${code} ${span?.file}`),
    ["check/deep-calls agents/main/AGENT.md"],
  );
  assert.equal(verifyPlan(forcedPlanOf(chain(1_001))), [{ at: "/blocks/main", message: "its calls go deeper than 1000" }]);
});

test("text in place of a call is routed as `done` where that is a word, else told once and then no end: so it owes no finding", () => {
  fc.assert(
    fc.property(pipelines(false), (pipeline) => {
      const found = explorerOf(pipeline, universe, { choose: isDone }).explore("main", null);
      const { settled } = textRun(forcedPlanOf(filesOf(pipeline)));
      assert.ok(settled.kind === "ok" ? found.has(settled.key.toLowerCase()) : found.has(failed));
      assert.is(
        settled.kind === "ok",
        [...found.keys()].some((key) => key !== failed),
      );
    }),
    { numRuns: 300 },
  );
});

test("a pipeline without an error never dies for want of a route, and can end well", () => {
  fc.assert(
    fc.property(pipelines(true), (pipeline) => {
      const project = filesOf(pipeline);
      const workers = workersOf(pipeline);
      fc.pre(errorsOf(project, workers).length === 0);
      const runs = runsOf(project, 20, workers);
      assert.not(deathsOf(runs).includes("no-route"));
      assert.ok(runs.some(({ settled }) => settled.kind === "ok") || deathsOf(runs).includes("exhausted"));
    }),
    { numRuns: 40 },
  );
});

test.run();
