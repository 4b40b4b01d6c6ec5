/** Laws of the scheduler over random plans and any order of answers. R1 to R6 are the invariants of `runtime/2-schedule/frames.ts`. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Task } from "../../runtime/3-task/task.ts";
import { byAllItSees, byPath, byPathAndInput, leafOf } from "../support/answers.ts";
import { contentOf, drive } from "../support/drive.ts";
import { generator, type RandomPlan, randomPlan } from "../support/random-plan.ts";
import { referenceRun } from "../support/reference-run.ts";

const test = suite("laws of the scheduler");
const runs = { numRuns: 300, includeErrorInReport: true };

const shapes = (failures: RandomPlan["failures"]) =>
  fc.record({
    seed: fc.integer(),
    width: fc.integer({ min: 1, max: 5 }),
    depth: fc.integer({ min: 0, max: 3 }),
    failures: fc.constant(failures),
  });

/** Ways to choose among the tasks in flight: the first, the last, or any, by a seed. */
const orders = fc.oneof(fc.constantFrom("first", "last"), fc.nat());

function pickOf(order: string | number): (inFlight: readonly Task[]) => number {
  if (order === "first") return () => 0;
  const random = generator(Number(order));
  return (inFlight) => (order === "last" ? inFlight.length - 1 : random(inFlight.length));
}

test("R1, R3: a run ends as the plan says, whatever the order of answers", () => {
  fc.assert(
    fc.property(shapes("alone"), orders, (shape, order) => {
      const plan = randomPlan(shape);
      const { settled } = drive({ plan, pick: pickOf(order), answer: byPathAndInput });
      assert.equal(settled, referenceRun(plan, "the task", leafOf));
    }),
    runs,
  );
});

test("R3: with failures anywhere, a run ends well exactly where the plan says, and never as cancelled", () => {
  fc.assert(
    fc.property(shapes("anywhere"), orders, (shape, order) => {
      const plan = randomPlan(shape);
      const { settled } = drive({ plan, pick: pickOf(order), answer: byPath });
      const expected = referenceRun(plan, "the task", (op, path) => leafOf(op, path, ""));
      assert.is(settled.kind, expected.kind);
      if (settled.kind === "failed") assert.is.not(settled.failure.code, "cancelled");
    }),
    runs,
  );
});

test("worked off in small pieces a run asks and tells the same", () => {
  fc.assert(
    fc.property(shapes("anywhere"), orders, fc.integer({ min: 1, max: 9 }), (shape, order, stepsAtOnce) => {
      const options = { plan: randomPlan(shape), answer: byAllItSees };
      const whole = drive({ ...options, pick: pickOf(order) });
      const pieces = drive({ ...options, pick: pickOf(order), stepsAtOnce });
      assert.equal([pieces.settled, pieces.records, pieces.tasks], [whole.settled, whole.records, whole.tasks]);
    }),
    runs,
  );
});

test("R5: two orders of answers give the same outcome and, by path, the same records", () => {
  fc.assert(
    fc.property(shapes("alone"), orders, orders, (shape, order, other) => {
      const plan = randomPlan(shape);
      const one = drive({ plan, pick: pickOf(order), answer: byAllItSees });
      const two = drive({ plan, pick: pickOf(other), answer: byAllItSees });
      assert.equal(one.settled, two.settled);
      assert.equal(one.records.map(contentOf).sort(), two.records.map(contentOf).sort());
      assert.equal(one.tasks.map(inText).sort(), two.tasks.map(inText).sort());
    }),
    runs,
  );
});

test("R2, R4, R6: failures anywhere cancel what is in flight, and the run ends once, whether or not tasks heed it", () => {
  fc.assert(
    fc.property(shapes("anywhere"), orders, fc.boolean(), (shape, order, deaf) => {
      const { records } = drive({ plan: randomPlan(shape), pick: pickOf(order), answer: byAllItSees, ignoresCancel: () => deaf });
      assert.equal(unendedSpans(records), []);
    }),
    runs,
  );
});

test("R4, R6: a run that is stopped at any moment ends once, cancelled, with nothing in flight and every span ended", () => {
  fc.assert(
    fc.property(shapes("anywhere"), orders, fc.nat(30), fc.boolean(), (shape, order, stopAfter, deaf) => {
      const plan = randomPlan(shape);
      const options = { plan, answer: byAllItSees, ignoresCancel: () => deaf };
      const whole = drive({ ...options, pick: pickOf(order) });
      const { settled, answers, records } = drive({ ...options, pick: pickOf(order), stopAfter });
      assert.equal(unendedSpans(records), []);
      assert.ok(answers <= whole.answers);
      if (stopAfter >= whole.answers) assert.equal(settled, whole.settled);
      else if (whole.settled.kind === "ok") assert.is(settled.kind === "failed" && settled.failure.code, "cancelled");
    }),
    runs,
  );
});

test("R5: what is recorded hangs together: every span has one start, one end, and a parent that is a span", () => {
  fc.assert(
    fc.property(shapes("anywhere"), orders, (shape, order) => {
      const { records } = drive({ plan: randomPlan(shape), pick: pickOf(order), answer: byAllItSees });
      const starts = records.filter(({ event }) => event.span_kind != null).map(({ event }) => event);
      const paths = new Set(starts.map(({ path }) => path));
      assert.is(paths.size, starts.length);
      for (const { path, parent, prev } of starts.slice(1)) assert.ok(paths.has(parent ?? "") && paths.has(prev ?? ""), path);
    }),
    runs,
  );
});

const inText = (task: Task) => JSON.stringify(task);

function unendedSpans(records: ReturnType<typeof drive>["records"]): readonly string[] {
  const open = new Set<string>();
  for (const { event } of records) {
    if (event.kind === "span_started") open.add(event.path);
    if (event.kind === "span_ended" && !open.delete(event.path)) throw new Error(`${event.path} ended twice`);
  }
  return [...open];
}

test.run();
