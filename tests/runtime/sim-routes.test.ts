/** The policies of the simulator on real pipelines: the examples. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Plan } from "../../compiler/ir/plan.ts";
import { finishedWith, leavesOf, offeredKeys, type SimRan, simRun, visited } from "../support/sim-runs.ts";
import { builtPlan } from "../support/simulate.ts";

const test = suite("routes of the examples");
const root = fileURLToPath(new URL("../../examples", import.meta.url));
const examples = readdirSync(root).filter((name) => existsSync(join(root, name, "agents")));

/** How many seeds in a row take every route of every example, at the most. */
const seeds = 8;

for (const name of examples) {
  test(`every route of ${name} is taken within ${seeds} seeds`, async () => {
    const plan = await builtPlan(join(root, name));
    const seen = { leaves: new Set<string>(), offered: new Set<string>(), taken: new Set<string>() };
    const missing = () => [
      ...leavesOf(plan, plan.entries.default).filter((leaf) => !seen.leaves.has(leaf)),
      ...[...seen.offered].filter((word) => !seen.taken.has(word)),
    ];
    for (let seed = 0; seed < seeds && missing().length > 0; seed += 1) {
      note(seen, await example(name, plan, `sim:policy=every-route,seed=${seed}`));
      note(seen, await example(name, plan, `sim:policy=every-route,seed=${seed},fault=malformed,rate=0.2`));
    }
    assert.equal(missing(), []);
  });
}

test.run();

function note(seen: Record<"leaves" | "offered" | "taken", Set<string>>, { rows, asked }: SimRan): void {
  for (const leaf of visited(rows)) seen.leaves.add(leaf);
  for (const { task, answer } of asked) {
    const place = `${task.step.agent}/${task.step.label}`;
    for (const word of offeredKeys(task)) seen.offered.add(`${place} ${word}`);
    const key = finishedWith(answer);
    if (key !== null) seen.taken.add(`${place} ${key}`);
  }
}

function example(name: string, plan: Plan, model: string): Promise<SimRan> {
  const dir = join(root, name);
  const input = ["input.txt", "input.md"].map((file) => join(dir, file)).find(existsSync);
  return simRun(plan, model, { input: input ? readFileSync(input, "utf8") : "A text.\nAnother line.", projectDir: dir });
}
