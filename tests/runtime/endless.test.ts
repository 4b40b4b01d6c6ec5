/** A plan may go round for ever without asking anybody: whoever runs it must still be heard. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { literal } from "../../compiler/ir/expr.ts";
import type { Repeat } from "../../compiler/ir/ops.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { readClock } from "../../runtime/3-task/clock.ts";
import type { HostData } from "../../runtime/3-task/run-task.ts";
import { endedOutside } from "../../runtime/executors/ended.ts";
import type { Executor } from "../../runtime/executors/executor.ts";
import { base, bodyOf, code, madePlan, pure } from "../support/made-plan.ts";
import { runPlan } from "../support/run-plan.ts";

const test = suite("endless");

const around: Repeat = {
  kind: "repeat",
  ...base("around"),
  state: literal(0),
  times: null,
  max: 1e12,
  body: bodyOf([pure("same", { kind: "state", op: "around" })]),
  until: literal(false),
  next: { kind: "state", op: "around" },
  onExhausted: "last",
  exhausted: literal(""),
};

/** A task that has no end of its own. */
const untilCancelled = ({ clock }: HostData): Executor => ({
  run: (task, signal) =>
    new Promise((resolve) => {
      const [nowUs, failure] = [readClock(clock), { code: "cancelled", message: "stopped" } as const];
      const startUs = nowUs();
      signal.addEventListener("abort", () => resolve(endedOutside(task, failure, startUs, nowUs())));
    }),
  close: async () => {},
});

const alone = (): Plan => madePlan({ main: bodyOf([around]) });

test("a signal stops it", async () => {
  const controller = new AbortController();
  const ran = runPlan(alone(), {}, { signal: controller.signal });
  setImmediate(() => controller.abort());
  const { settled } = await ran;
  assert.is(settled.kind === "failed" && settled.failure.code, "cancelled");
});

test("a limit of time ends it", async () => {
  const plan = madePlan({ main: bodyOf([code("never", "w", literal("x")), around]) }, { w: {} });
  const { settled } = await runPlan({ ...plan, limits: { ...plan.limits, wallMs: 1 } }, {}, { executor: untilCancelled });
  assert.is(settled.kind === "failed" && settled.failure.code, "limit");
});

test.run();
