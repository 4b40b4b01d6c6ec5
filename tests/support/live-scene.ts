/** A run of a fan-out as a view of it is told, with a clock that stands still between its moments. */
import type { ThreadTask } from "../../runtime/3-task/task.ts";
import { createSteps, type Steps } from "../../runtime/commands/live/steps.ts";
import { askTask, simModel } from "./tasks.ts";

export interface Scene {
  readonly workers: number;
  /** How many have ended, the first ones. */
  readonly ended: number;
  /** Which of those failed, from 1. */
  readonly failed: readonly number[];
  readonly underWay: number;
}

/** A clock that is moved by hand, in milliseconds. */
export function handClock(): { readonly nowUs: () => number; readonly at: (ms: number) => void } {
  let us = 0;
  return {
    nowUs: () => us,
    at: (ms) => {
      us = ms * 1000;
    },
  };
}

/** Plays the scene up to where it stands. */
export function play({ workers, ended, failed, underWay }: Scene): { readonly steps: Steps; readonly nowUs: () => number } {
  const clock = handClock();
  const steps = createSteps(clock.nowUs);
  const span = (path: string, name: string) => steps.note({ kind: "span_started", path, name: `agent:${name}`, span_kind: "agent" });
  span("main@1", "main:scatter");
  span("main@1/map", "map:react");
  ask(steps, "main@1/map:1", () => clock.at(1200));
  steps.note({ kind: "span_ended", path: "main@1/map", status: "ok", key: "parallel" });
  steps.note({ kind: "phase_change", path: "main@1/fan-out", parent: "main@1", key: "parallel" });
  const paths = Array.from({ length: workers }, (_, index) => `main@1/items[${index + 1}]/worker@1`);
  for (const path of paths) span(path, "worker:oneshot");
  for (const [index, path] of paths.slice(0, ended).entries()) {
    const isOk = !failed.includes(index + 1);
    ask(steps, `${path}/oneshot:1`, () => clock.at(2000 + index * 10), isOk);
    const how = isOk
      ? { status: "ok", key: "result" }
      : { status: "failed", message: "the model server at http://localhost:8080/v1 answered 400: no such model" };
    steps.note({ kind: "span_ended", path, ...how });
  }
  for (const path of paths.slice(ended, ended + underWay)) steps.begin(modelTask(`${path}/oneshot:1`));
  return { steps, nowUs: clock.nowUs };
}

/** One model call, from when it begins to when it is told. */
export function ask(steps: Steps, path: string, wait: () => void, isOk = true): void {
  steps.begin(modelTask(path));
  wait();
  steps.end(modelTask(path));
  const usage = isOk ? { input_tokens: 1500, output_tokens: 20, cost_usd: 0.0004 } : {};
  steps.note({ kind: "llm_call", path, span_kind: "llm", status: isOk ? "ok" : "failed", ...usage });
}

function modelTask(path: string): ThreadTask {
  return askTask(simModel, { path });
}
