/** What errors say is held against runs: a project that is refused is run all the same, and dies as it was told. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sourcesFromMemory } from "../../compiler/1-source/memory.ts";
import { compileWith } from "../../compiler/compile.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { pages } from "../../compiler/diagnostics/pages.generated.ts";
import { reader } from "../../compiler/expr/reader.ts";
import { projectUnder } from "../support/page-projects.ts";
import { filesOf, pipelines } from "../support/pipelines.ts";
import { forcedPlanOf } from "../support/plan-of.ts";
import { lehmer, type RandomRun, randomRun } from "../support/random-run.ts";
import { filesIn } from "../support/read-files.ts";

const test = suite("errors against runs");

type Project = Readonly<Record<string, string>>;

/** Runs of a project with models that finish with whatever they are offered. */
function runsOf(project: Project, count = 60): readonly RandomRun[] {
  const plan = forcedPlanOf(project);
  return Array.from({ length: count }, (_, index) => randomRun(plan, lehmer(index + 1), 0.05));
}

/** The codes of failures that are not the model's own. */
function deathsOf(runs: readonly RandomRun[]): readonly string[] {
  const codes = runs.flatMap(({ settled }) => (settled.kind === "failed" ? [settled.failure.code] : []));
  return [...new Set(codes)].filter((code) => code !== "model" && code !== "schema" && code !== "max-turns").sort();
}

function errorsOf(project: Project): readonly Diagnostic[] {
  const { diagnostics } = compileWith(
    sourcesFromMemory(project, () => {}),
    reader,
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

test("a pipeline without an error never dies for want of a route, and can end well", () => {
  fc.assert(
    fc.property(pipelines(true), (pipeline) => {
      const project = filesOf(pipeline);
      fc.pre(errorsOf(project).length === 0);
      const runs = runsOf(project, 20);
      assert.not(deathsOf(runs).includes("no-route"));
      assert.ok(runs.some(({ settled }) => settled.kind === "ok") || deathsOf(runs).includes("exhausted"));
    }),
    { numRuns: 40 },
  );
});

test.run();
