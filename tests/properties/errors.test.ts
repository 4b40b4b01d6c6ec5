/** Every error that sources can have ends a run, or names what is missing or no word of ours: each of those that samples and pages produce. */
import { readdirSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sourcesFromMemory } from "../../compiler/1-source/memory.ts";
import { readFullYaml } from "../../compiler/2-parse/full-yaml.ts";
import { compileWith } from "../../compiler/compile.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { pages } from "../../compiler/diagnostics/pages.generated.ts";
import { codes } from "../../compiler/diagnostics/severities.generated.ts";
import { reader } from "../../compiler/expr/reader.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { grounds, type Project } from "../support/grounds.ts";
import { obedientRun } from "../support/obedient-run.ts";
import { projectUnder } from "../support/page-projects.ts";
import { planOf } from "../support/plan-of.ts";
import { filesIn } from "../support/read-files.ts";

const test = suite("what errors are about");

/** Where the rest of the codes comes from: commands, runs, and plans. */
const elsewhere = /^(baseline|cli|people|plan|run|runs|session|store|trace)\//;

test("every error of sources has its ground, with a reason or a failure", () => {
  const errors = Object.keys(codes).filter((code) => codes[code]?.severity === "error" && !elsewhere.test(code));
  assert.equal(Object.keys(grounds).sort(), errors.sort());
  for (const [code, ground] of Object.entries(grounds)) assert.ok(ground.clause === "dies" || ground.why !== "", code);
});

const samples = new URL("../samples/check/", import.meta.url);
const projects: readonly (readonly [string, Project])[] = [
  ...Object.entries(pages).map(([code, { body }]) => [code, projectUnder("Bad", body)] as const),
  ...readdirSync(samples).map((name) => [name, filesIn(new URL(`${name}/input/`, samples))] as const),
];

for (const [name, project] of projects) {
  const errors = errorsOf(project);
  if (errors.length === 0) continue;
  test(`${name}: ${[...new Set(errors.map(({ code }) => code))].sort().join(", ")}`, async () => {
    for (const error of errors) await holds(error, project);
  });
}

async function holds(error: Diagnostic, project: Project): Promise<void> {
  const ground = grounds[error.code];
  const told = `${error.code}: ${error.message}`;
  if (!ground) throw new Error(told);
  if (ground.clause !== "dies") return assert.ok(ground.holds === null || ground.holds(error, project), told);
  const ends = await endsOf(ground.plan(error, project));
  assert.ok(ends.includes(ground.of), `${told}; runs end: ${ends.join(", ")}`);
}

for (const [code, ground] of Object.entries(grounds)) {
  if (ground.clause !== "dies") continue;
  test(`what is right where ${code} is told does not fail`, async () => {
    assert.equal(await endsOf(planOf(projectUnder("Good", pages[code]?.body ?? ""))), ["ok"]);
  });
}

test("what is looked at is produced by a page or a sample", () => {
  const told = new Set(projects.flatMap(([, project]) => errorsOf(project).map(({ code }) => code)));
  for (const [code, ground] of Object.entries(grounds))
    assert.ok(told.has(code) || (ground.clause !== "dies" && ground.holds === null), code);
});

function errorsOf(project: Project): readonly Diagnostic[] {
  const early: Diagnostic[] = [];
  const { diagnostics } = compileWith(
    sourcesFromMemory(project, (diagnostic) => early.push(diagnostic)),
    { reader, yaml: readFullYaml },
  );
  return [...early, ...diagnostics].filter(({ severity }) => severity === "error");
}

/** How runs end in which everybody does as they are asked. */
async function endsOf(plan: Plan): Promise<readonly string[]> {
  const ends = new Set<string>();
  for (let seed = 1; seed <= 30; seed += 1) {
    const settled = await obedientRun(plan, seed);
    ends.add(settled.kind === "ok" ? "ok" : settled.failure.code);
  }
  return [...ends].sort();
}

test.run();
