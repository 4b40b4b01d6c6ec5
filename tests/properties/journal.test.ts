/** Laws of the journal over random plans: a replay is the run, and a run that was killed anywhere ends as if it had not been. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Executor } from "../../runtime/executors/executor.ts";
import { byAllItSees } from "../support/answers.ts";
import { generator, type RandomPlan, randomPlan } from "../support/random-plan.ts";
import { contentOf, goOn, inFolder, leave, nothingWorks, record, replay, rowsIn, type World } from "../support/recorded-runs.ts";

const test = suite("laws of the journal");
const [whole, other] = ["a".repeat(32), "b".repeat(32)];
const runs = { numRuns: 60, includeErrorInReport: true };

const shapes = (failures: RandomPlan["failures"]) =>
  fc.record({
    seed: fc.integer(),
    width: fc.integer({ min: 1, max: 5 }),
    depth: fc.integer({ min: 0, max: 3 }),
    failures: fc.constant(failures),
  });

test("a replay tells what the run told, whatever failed first", () =>
  fc.assert(
    fc.asyncProperty(shapes("anywhere"), fc.nat(), (shape, order) =>
      inFolder(async (stateDir) => {
        const plan = randomPlan(shape);
        const ended = await record(plan, { stateDir, traceId: whole, world: worldOf(order) });
        const repeated = await replay(plan, { stateDir, traceId: whole, as: other });
        assert.equal(repeated, ended);
        assert.equal(contentOf(rowsIn(stateDir, other)), contentOf(rowsIn(stateDir, whole)));
      }),
    ),
    runs,
  ));

test("a run that is killed anywhere and resumed ends as it would have, and tells nothing twice", () =>
  fc.assert(
    fc.asyncProperty(shapes("alone"), fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (shape, order, part) =>
      inFolder(async (stateDir) => {
        const plan = randomPlan(shape);
        const ended = await record(plan, { stateDir, traceId: whole, world: worldOf(order) });
        const rows = rowsIn(stateDir, whole);
        const begun = rows.findIndex(({ kind }) => kind === "run_started") + 1;
        const kept = rows.slice(0, begun + Math.floor(part * (rows.length - begun)));
        leave(
          stateDir,
          other,
          kept.map((row) => ({ ...row, trace_id: other })),
        );
        const resumed = await goOn(plan, { stateDir, traceId: other, world: worldOf(order + 1) });
        assert.equal(resumed, ended);
        const now = rowsIn(stateDir, other).filter(({ kind, segment }) => kind !== "run_started" || segment === 1);
        // A failure that ends the run is no result to keep: it is done again, and told again.
        const told = ended.kind === "ended" && ended.status === "ok" ? contentOf(now) : [...new Set(contentOf(now))];
        assert.equal(told, contentOf(rows));
      }),
    ),
    runs,
  ));

test.run();

/** Answers of a run that depend on all that a task sees, and come back in an order by a seed. */
function worldOf(order: number): World {
  const random = generator(order);
  const run: Executor["run"] = async (task, signal) => {
    for (let turns = random(5); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
    const times = { startUs: 1, endUs: 2, thread: 0, attempts: [] };
    if (signal.aborted) return { kind: "failed", code: "cancelled", message: "the step was cancelled", details: null, ...times };
    const came = byAllItSees(task);
    return came.kind === "failed" ? { ...came, details: null, ...times } : { kind: "ok", answer: came, ...times };
  };
  return { ...nothingWorks, executor: { run, close: async () => {} } };
}
