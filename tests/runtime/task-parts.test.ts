/** The small parts of tasks and threads. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readClock, startClock } from "../../runtime/3-task/clock.ts";
import { notJson } from "../../runtime/3-task/not-json.ts";
import { cancelBox } from "../../runtime/executors/cancel-box.ts";
import { retryAfterMs } from "../../runtime/providers/attempts.ts";
import { labelOf } from "../../runtime/providers/sim-seed.ts";

const json = suite("what is no JSON");

json("is found, with its place", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = { cycle };
  const cases: readonly (readonly [unknown, string, string])[] = [
    [undefined, "", "undefined"],
    [{ a: [0, Number.POSITIVE_INFINITY] }, "/a/1", "Infinity"],
    [{ "x/y~": undefined }, "/x~1y~0", "undefined"],
    [[() => 1], "/0", "a function"],
    [1n, "", "a bigint"],
    [Symbol("s"), "", "a symbol"],
    [{ at: new Date(0) }, "/at", "a Date"],
    [new Map(), "", "a Map"],
    [cycle, "/self/cycle", "a cycle"],
  ];
  for (const [value, at, what] of cases) assert.equal(notJson(value), { at, what });
});

json("is not what JSON can hold, shared parts included", () => {
  const shared = { a: 1 };
  assert.is(notJson([null, true, "x", -0.5, { shared, again: shared }, Object.create(null)]), null);
});

json.run();

const cancels = suite("cancels");

cancels("T9: abort what runs, and what is yet to come, but nothing else", () => {
  const box = cancelBox();
  const one = box.open(1);
  box.cancel(1);
  box.cancel(3);
  assert.is(one.aborted, true);
  assert.is(box.open(2).aborted, false);
  assert.is(box.open(3).aborted, true);
  box.close(3);
  box.cancel(3);
  assert.is(box.open(4).aborted, false);
});

cancels.run();

const others = suite("small parts");

others("clocks tied to one moment agree and never run back", () => {
  const clock = startClock();
  const [a, b] = [readClock(clock), readClock(structuredClone(clock))];
  const times = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? a() : b()));
  assert.equal(
    [...times].sort((x, y) => x - y),
    times,
  );
  assert.ok(Math.abs(a() / 1_000 - Date.now()) < 1_000);
});

others("a server's pause is read in seconds, as a date, or exactly", () => {
  const pause = (headers: Record<string, string>) => retryAfterMs(new Headers(headers), Date.parse("2026-01-01T00:00:00Z"));
  assert.is(pause({ "retry-after": "1.5" }), 1_500);
  assert.is(pause({ "retry-after": "Thu, 01 Jan 2026 00:00:10 GMT" }), 10_000);
  assert.is(pause({ "retry-after-ms": "20", "retry-after": "9" }), 20);
  assert.is(pause({ "retry-after": "soon" }), null);
  assert.is(pause({}), null);
});

others("a step is called by its agent and its own name", () => {
  assert.is(labelOf("editor@1/loop[2]/states/review@1/react:3"), "review/react");
  assert.is(labelOf("poet@1/oneshot:1"), "poet/oneshot");
  assert.is(labelOf("team@1/workers/critic~2@1/draft:1"), "critic~2/draft");
  assert.is(labelOf("list@1/map[4]/worker@1/react:1"), "worker/react");
});

others.run();
