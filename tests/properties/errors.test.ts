/** Every error that samples and pages produce is one that ends a run, or says that there is nothing that could be run. */
import { readdirSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sourcesFromMemory } from "../../compiler/1-source/memory.ts";
import { readFullYaml } from "../../compiler/2-parse/full-yaml.ts";
import { compileWith } from "../../compiler/compile.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { pages } from "../../compiler/diagnostics/pages.generated.ts";
import { reader } from "../../compiler/expr/reader.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { projectUnder } from "../support/page-projects.ts";
import { forcedPlanOf } from "../support/plan-of.ts";
import { lehmer, randomRun } from "../support/random-run.ts";
import { filesIn } from "../support/read-files.ts";

const test = suite("what errors are about");

type Project = Readonly<Record<string, string>>;

/** How runs of what was refused end, by code: one of these failures is among them. */
const deaths: Readonly<Record<string, readonly string[]>> = {
  "cost/limit-below-minimum": ["limit"],
  "routes/bound-too-low": ["exhausted"],
  "routes/no-end": ["exhausted"],
  "routes/no-route": ["no-route"],
  "types/mismatch": ["schema"],
};

/**
 * What no failure tells, so that only the compiler can: a call is refused, an answer is not what its agent declares, a total
 * evaluator makes something of an expression that means nothing, a skill is none by the Agent Skills specification.
 */
const untold = [
  "effects/beyond-permissions",
  "expr/argument-count",
  "expr/unknown-field",
  "expr/unknown-function",
  "expr/unknown-name",
  "expr/wrong-argument",
  "expr/wrong-operand",
  "parse/not-kebab-case",
  "parse/wrong-type",
  "types/wrong-default",
  "types/wrong-output",
];

const samples = new URL("../samples/check/", import.meta.url);
const projects: readonly (readonly [string, Project])[] = [
  ...Object.entries(pages).map(([code, { body }]) => [code, projectUnder("Bad", body)] as const),
  ...readdirSync(samples).map((name) => [name, filesIn(new URL(`${name}/input/`, samples))] as const),
];

for (const [name, project] of projects) {
  const errors = errorsOf(project);
  if (errors.length === 0) continue;
  test(`${name}: ${codesOf(errors).join(", ")}`, () => {
    const plan = attempted(() => forcedPlanOf(project));
    if (plan === null) return;
    const ends = endsOf(plan);
    for (const error of errors) assert.ok(isHeld(error, { project, plan, ends }), `${error.code}; runs end: ${ends.join(", ")}`);
  });
}

interface Forced {
  readonly project: Project;
  readonly plan: Plan;
  readonly ends: readonly string[];
}

function isHeld({ code, span }: Diagnostic, { project, plan, ends }: Forced): boolean {
  if (untold.includes(code)) return true;
  if (Object.hasOwn(deaths, code)) return (deaths[code] ?? []).some((end) => ends.includes(end));
  return code.startsWith("expr/") && span !== null && isUnread(project[span.file] ?? "", span.start, plan);
}

/** An expression that means nothing is in no plan: a prompt would go to a model with its holes as they were written. */
function isUnread(text: string, start: number, plan: Plan): boolean {
  const hole = text.lastIndexOf("{{", start);
  if (hole < 0 || text.slice(hole, start).includes("}}")) return text.lastIndexOf("\n---", start) <= 0;
  return Object.values(plan.texts).some((prompt) => prompt.includes(text.slice(hole, text.indexOf("\n", hole))));
}

function errorsOf(project: Project): readonly Diagnostic[] {
  const early: Diagnostic[] = [];
  const { diagnostics } = compileWith(
    sourcesFromMemory(project, (diagnostic) => early.push(diagnostic)),
    { reader, yaml: readFullYaml },
  );
  return [...early, ...diagnostics].filter(({ severity }) => severity === "error");
}

function codesOf(errors: readonly Diagnostic[]): readonly string[] {
  return [...new Set(errors.map(({ code }) => code))].sort();
}

/** Null where no plan can be made, whatever is overlooked: something is missing, or is no word of ours. */
function attempted<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof Error && /do not resolve|cannot lower/.test(error.message)) return null;
    throw error;
  }
}

function endsOf(plan: Plan): readonly string[] {
  const asks = Object.values(plan.blocks).some(({ body }) => body.ops.some(({ kind }) => kind === "wait"));
  if (asks) return [];
  const runs = Array.from({ length: 40 }, (_, index) => randomRun(plan, lehmer(index + 1), 0).settled);
  return [...new Set(runs.map((settled) => (settled.kind === "ok" ? "ok" : settled.failure.code)))].sort();
}

test("what is held against runs is produced by a page or a sample", () => {
  const told = new Set(projects.flatMap(([, project]) => codesOf(errorsOf(project))));
  for (const code of [...Object.keys(deaths), ...untold]) assert.ok(told.has(code), code);
});

test.run();
