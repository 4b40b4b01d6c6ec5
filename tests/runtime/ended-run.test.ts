/** What a process that does many runs keeps of those that have ended: nothing. */
import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { agent, planOf } from "../support/plan-of.ts";
import { countingWorld, inFolder, record } from "../support/recorded-runs.ts";

const test = suite("a run that has ended");
const plan = planOf(agent("main", "pattern: oneshot"));

test("is kept by nobody, though the signal that could stop it lives on", () =>
  inFolder(async (stateDir) => {
    const { signal } = new AbortController();
    const listener = await listenedTo(stateDir, signal);
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    for (let time = 0; time < 10 && listener.deref(); time += 1) {
      await setTimeout(10);
      collect();
    }
    assert.is(listener.deref(), undefined);
    assert.not(signal.aborted);
  }));

test.run();

/** Does a run; gives who listened to it. */
async function listenedTo(stateDir: string, signal: AbortSignal): Promise<WeakRef<() => void>> {
  const onEvent = () => {};
  await record(plan, { stateDir, traceId: "a".repeat(32), world: countingWorld(plan, stateDir) }, { onEvent, signal });
  return new WeakRef(onEvent);
}
