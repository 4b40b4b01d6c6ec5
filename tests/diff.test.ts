/** `tamac diff`: what a reviewer reads of two plans, and that nothing which a run depends on is left out. */
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runDiff } from "../compiler/commands/diff.ts";
import { diffPlans } from "../compiler/emit/diff/compare.ts";
import { diffText } from "../compiler/emit/diff/render.ts";
import { decodePlan, encodePlan } from "../compiler/ir/decode.ts";
import { isObject, type Json } from "../compiler/ir/json.ts";
import type { Plan } from "../compiler/ir/plan.ts";
import { planDigests } from "../compiler/ir/verify.ts";
import { outputs } from "./support/outputs.ts";
import { agent, planOf, skill, worker } from "./support/plan-of.ts";
import { samples } from "./support/samples.ts";

samples("diff", async (inputDir) => {
  const [from, to] = [join(inputDir, "old"), join(inputDir, "new")];
  const shown = async (format: "text" | "json" | "markdown") => {
    const { io, written } = outputs();
    assert.is(await runDiff(from, to, { format }, io), 0);
    assert.is(await runDiff(from, to, { format, exitCode: true }, outputs().io), 3);
    assert.is(await runDiff(from, from, { format, exitCode: true }, outputs().io), 0);
    return written.stdout;
  };
  return { "diff.txt": await shown("text"), "diff.json": await shown("json"), "diff.md": await shown("markdown") };
});

const test = suite("diff of plans");

const texts = {
  ...agent("main", "pattern: fsm\ninitial: draft\nstates:\n  draft: review\n  review: [{approve: split}, {again: draft}]\n  split: ~"),
  ...agent("draft", "pattern: oneshot"),
  ...agent("review", "pattern: react\ncall: {uses: [notes]}", "approve again"),
  ...agent("split", "pattern: scatter\nworker: count"),
  "agents/split/reduce.md": "Reduce.\n",
  ...agent("count", "pattern: code"),
  "agents/count/worker.ts": "",
  ...skill("notes", ["tama_mem_set"]),
};
const plan = planOf(texts, worker("count"));

test("a plan does not differ from itself, nor by compiler, origins and sources", () => {
  const other: Plan = { ...plan, compiler: "9.9.9", origins: {}, sources: {}, digest: "", semantics: "" };
  assert.equal(diffPlans(plan, other), { same: true, changes: [] });
  assert.is(diffText(diffPlans(plan, other)), "no change in what a run depends on\n");
});

test("whatever a run depends on, a change of it is told", () => {
  const untold = new Set(["digest", "semantics", "compiler", "origins", "sources", "texts"]);
  let changed = 0;
  for (const [path, value] of mutants(encodePlan(plan))) {
    if (untold.has(path[0] ?? "")) continue;
    const decoded = decodePlan(value);
    if (decoded.kind !== "ok" || planDigests(decoded.value).semantics === plan.semantics) continue;
    changed += 1;
    assert.not.ok(diffPlans(plan, decoded.value).same, path.join("/"));
  }
  assert.ok(changed > 200, `only ${changed} changes`);
});

test("a new step is told once, with what the agent then answers, and what follows from it is not", () => {
  const more = { ...texts, ...agent("main", "pattern: parallel\nworkers: [draft, review, split]") };
  const most = { ...texts, ...agent("main", "pattern: parallel\nworkers: [draft, review, split, draft]") };
  const { changes } = diffPlans(planOf(more, worker("count")), planOf(most, worker("count")));
  assert.equal(
    changes.find(({ subject }) => subject === "agent")?.details.map(({ about }) => about),
    ["cost", "output", "step workers/draft~2"],
  );
});

test.run();

/** A value with each of its leaves changed, one at a time. */
function* mutants(value: Json, path: readonly string[] = []): Generator<readonly [readonly string[], Json]> {
  if (Array.isArray(value) || isObject(value)) {
    for (const [key, inner] of Object.entries(value as Readonly<Record<string, Json>>)) {
      for (const [at, changed] of mutants(inner, [...path, key])) yield [at, put(value, key, changed)];
    }
    return;
  }
  if (typeof value === "string") yield [path, `${value}x`];
  else if (typeof value === "number") yield [path, value + 1];
  else if (typeof value === "boolean") yield [path, !value];
  else for (const other of [1, "x"]) yield [path, other];
}

function put(value: Json, key: string, inner: Json): Json {
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === key ? inner : item));
  return { ...(value as Readonly<Record<string, Json>>), [key]: inner };
}
