/** Limits of recorded runs: what a resume still may do, what a replay ends with, and time at work. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Limits, noLimits, type Plan } from "../../compiler/ir/plan.ts";
import type { ThreadTask } from "../../runtime/3-task/task.ts";
import { columnNames, type Row } from "../../runtime/4-trace/columns.ts";
import type { ExecResult } from "../../runtime/exec.ts";
import type { Executor } from "../../runtime/executors/executor.ts";
import { workLog } from "../../runtime/journal/worked.ts";
import type { ResumeResult } from "../../runtime/resume.ts";
import { type After, type WorkedBefore, workClock } from "../../runtime/work-clock.ts";
import { agent, planOf } from "../support/plan-of.ts";
import { contentOf, countingWorld, fails, goOn, inFolder, leave, record, replay, rowsIn, type Says } from "../support/recorded-runs.ts";
import { failureOf } from "../support/run-plan.ts";

const test = suite("limits of recorded runs");
const id = (number: number) => number.toString(16).padStart(32, "0");
const names = ["ann", "bob", "cat", "dan", "eve"];
const parallel = planOf({
  ...agent("main", `pattern: parallel\nworkers: [${names.join(", ")}]`),
  ...Object.assign({}, ...names.map((name) => agent(name, "pattern: oneshot"))),
});
const chain = planOf({
  ...agent("main", `pattern: fsm\ninitial: ann\nstates:\n  ann: bob\n  bob: cat\n  cat: ~`),
  ...Object.assign({}, ...names.slice(0, 3).map((name) => agent(name, "pattern: oneshot"))),
});
const limited = (plan: Plan, limits: Partial<Limits>): Plan => ({ ...plan, limits: { ...noLimits, ...limits } });
const overrides = (run: Partial<Limits>) => ({ overrides: { run, agents: {} } });
const statusOf = (result: ExecResult | ResumeResult) => (result.kind === "ended" ? result.status : result.kind);
const reasonOf = (result: ExecResult | ResumeResult) => (result.kind === "ended" ? failureOf(result.settled).message : result.kind);
const calls = (stateDir: string, traceId: string) => rowsIn(stateDir, traceId).filter(({ kind }) => kind === "llm_call");

test("a run that reached its limit goes on with a higher one: no call is made twice, and none too many", () =>
  inFolder(async (stateDir) => {
    const plan = limited(parallel, { calls: 2 });
    const first = countingWorld(plan, stateDir);
    const ended = await record(plan, { stateDir, traceId: id(1), world: first });
    assert.equal([statusOf(ended), reasonOf(ended), first.done.length], ["limit", "the limit of 2 model calls is reached", 2]);
    const same = countingWorld(plan, stateDir);
    assert.equal([statusOf(await goOn(plan, { stateDir, traceId: id(1), world: same })), same.done.length], ["limit", 0]);
    const higher = countingWorld(plan, stateDir);
    assert.is(statusOf(await goOn(plan, { stateDir, traceId: id(1), world: higher }, overrides({ calls: 4 }))), "limit");
    assert.is(higher.done.length, 2);
    const kept = countingWorld(plan, stateDir); // the last word on limits stays
    assert.equal([statusOf(await goOn(plan, { stateDir, traceId: id(1), world: kept })), kept.done.length], ["limit", 0]);
    const enough = countingWorld(plan, stateDir);
    assert.is(statusOf(await goOn(plan, { stateDir, traceId: id(1), world: enough }, overrides({ calls: 5 }))), "ok");
    assert.equal([enough.done.length, calls(stateDir, id(1)).length], [1, 5]);
    assert.is(rowsIn(stateDir, id(1)).filter(({ kind }) => kind === "decision").length, 2);
  }));

test("a run that its limit ended is replayed to the same end, as is one that went on and reached a higher limit", () =>
  inFolder(async (stateDir) => {
    for (const [number, limits] of [
      [1, { calls: 3 }],
      [2, { tokens: 250 }],
    ] as const) {
      const plan = limited(parallel, limits);
      const ended = await record(plan, { stateDir, traceId: id(number), world: countingWorld(plan, stateDir) });
      assert.is(statusOf(ended), "limit");
      assert.equal(await replay(plan, { stateDir, traceId: id(number), as: id(number + 10) }), ended);
      assert.equal(contentOf(rowsIn(stateDir, id(number + 10))), contentOf(rowsIn(stateDir, id(number))));
    }
    const plan = limited(parallel, { calls: 2 });
    await record(plan, { stateDir, traceId: id(3), world: countingWorld(plan, stateDir) });
    const resumed = await goOn(plan, { stateDir, traceId: id(3), world: countingWorld(plan, stateDir) }, overrides({ calls: 4 }));
    assert.is(statusOf(resumed), "limit");
    assert.equal(await replay(plan, { stateDir, traceId: id(3), as: id(13) }), resumed);
  }));

test("a call that a resume makes again counts again", () =>
  inFolder(async (stateDir) => {
    const plan = limited(chain, { calls: 3 });
    const says: Says = ({ path }) => (path.includes("bob") ? fails("model", "down") : null);
    assert.is(statusOf(await record(plan, { stateDir, traceId: id(1), world: countingWorld(plan, stateDir, says) })), "error");
    const again = countingWorld(plan, stateDir);
    const resumed = await goOn(plan, { stateDir, traceId: id(1), world: again });
    assert.equal([statusOf(resumed), again.done.length], ["limit", 1]); // ann, bob and bob again are three
    const last = countingWorld(plan, stateDir);
    assert.equal(
      [statusOf(await goOn(plan, { stateDir, traceId: id(1), world: last }, overrides({ calls: 4 }))), last.done.length],
      ["ok", 1],
    );
    assert.is(calls(stateDir, id(1)).length, 4);
  }));

test("killed after any event, a limited run never makes more calls than its limit and those in flight", () =>
  inFolder(async (stateDir) => {
    const plan = limited(parallel, { calls: 3 });
    await record(plan, { stateDir, traceId: id(1), world: countingWorld(plan, stateDir) });
    const rows = rowsIn(stateDir, id(1));
    for (let cut = 2; cut < rows.length; cut += 1) {
      leave(
        stateDir,
        id(cut + 100),
        rows.slice(0, cut).map((row) => ({ ...row, trace_id: id(cut + 100) })),
      );
      const before = calls(stateDir, id(cut + 100)).length;
      const world = countingWorld(plan, stateDir);
      assert.is(statusOf(await goOn(plan, { stateDir, traceId: id(cut + 100), world })), "limit", String(cut));
      assert.is(before + world.done.length, 3, String(cut));
    }
  }));

test("what comes from the cache counts for no limit", () =>
  inFolder(async (stateDir) => {
    const open = limited(chain, {});
    await record(open, { stateDir, traceId: id(1), world: countingWorld(open, stateDir) });
    const plan = limited(chain, { calls: 1, tokens: 400 });
    const world = countingWorld(plan, stateDir);
    const ended = await record(plan, { stateDir, traceId: id(2), world }, { cache: "use" });
    assert.equal([statusOf(ended), world.done.length], ["ok", 0]);
    assert.is(statusOf(await replay(plan, { stateDir, traceId: id(2), as: id(3) })), "ok");
  }));

/** A clock that stands still until a task is done, and timers that go by it. */
function madeTime() {
  let now = 1_000_000;
  const timers = new Map<number, { readonly atUs: number; readonly call: () => void }>();
  let next = 0;
  const after: After = (ms, call) => {
    const key = next++;
    timers.set(key, { atUs: now + ms * 1_000, call });
    return () => void timers.delete(key);
  };
  const pass = (ms: number) => {
    now += ms * 1_000;
    for (const [key, { atUs, call }] of [...timers]) {
      if (atUs > now || !timers.delete(key)) continue;
      call();
    }
  };
  return { nowUs: () => now, after, pass, armed: () => timers.size };
}

/** Answers take so many milliseconds each. */
function slow(inner: Executor, time: ReturnType<typeof madeTime>, ms: number): Executor {
  const run: Executor["run"] = async (task: ThreadTask, signal) => {
    const result = await inner.run(task, signal);
    const startUs = time.nowUs();
    time.pass(ms);
    const gone = signal.aborted ? fails("cancelled", "cancelled") : result;
    return { ...gone, startUs, endUs: time.nowUs() };
  };
  return { run, close: inner.close };
}

test("time at work ends a run, goes on where a resumed run left off, and is replayed as it was", () =>
  inFolder(async (stateDir) => {
    const plan = limited(chain, { wallMs: 2_500 });
    const time = madeTime();
    const timed = (more: object = {}) => ({ nowUs: time.nowUs, after: time.after, ...more });
    const world = countingWorld(plan, stateDir);
    const ended = await record(
      plan,
      { stateDir, traceId: id(1), world: { ...world, executor: slow(world.executor, time, 1_000) } },
      timed(),
    );
    assert.equal([statusOf(ended), reasonOf(ended)], ["limit", "the limit of 2.5 s at work is reached"]);
    assert.is(world.done.length, 3);
    assert.is(time.armed(), 0);
    time.pass(1_000_000); // nobody is at work
    const again = countingWorld(plan, stateDir);
    const slower = { ...again, executor: slow(again.executor, time, 1_000) };
    const more = await goOn(plan, { stateDir, traceId: id(1), world: slower }, timed(overrides({ wallMs: 3_500 })));
    assert.equal([statusOf(more), again.done.length], ["limit", 1]); // three seconds were gone, and the third call is made again
    const last = countingWorld(plan, stateDir);
    const enough = { ...last, executor: slow(last.executor, time, 1_000) };
    assert.is(statusOf(await goOn(plan, { stateDir, traceId: id(1), world: enough }, timed(overrides({ wallMs: 60_000 })))), "ok");
    const alone = countingWorld(plan, stateDir);
    const same = await record(
      plan,
      { stateDir, traceId: id(2), world: { ...alone, executor: slow(alone.executor, time, 1_000) } },
      timed(),
    );
    assert.equal(await replay(plan, { stateDir, traceId: id(2), as: id(3) }), same);
    assert.equal(contentOf(rowsIn(stateDir, id(3))), contentOf(rowsIn(stateDir, id(2))));
  }));

test("an agent's time is its own: it begins when the agent does", () =>
  inFolder(async (stateDir) => {
    const bob = { ...chain.blocks["bob"], limits: { ...noLimits, wallMs: 1_500 } } as Plan["blocks"][string];
    const plan = { ...limited(chain, {}), blocks: { ...chain.blocks, bob } };
    for (const [number, ms, status] of [
      [1, 1_000, "ok"],
      [2, 2_000, "limit"],
    ] as const) {
      const time = madeTime();
      const world = countingWorld(plan, stateDir);
      const timed = { nowUs: time.nowUs, after: time.after };
      const ended = await record(
        plan,
        { stateDir, traceId: id(number), world: { ...world, executor: slow(world.executor, time, ms) } },
        timed,
      );
      assert.is(statusOf(ended), status);
      if (status === "limit") assert.is(reasonOf(ended), "the limit of `bob` of 1.5 s at work is reached");
    }
  }));

test("an agent's time is not used up by waiting for its turn", () =>
  inFolder(async (stateDir) => {
    const wall = { ...noLimits, wallMs: 1_500 };
    const plan = {
      ...limited(chain, {}),
      blocks: { ...chain.blocks, bob: { ...chain.blocks["bob"], limits: wall } as Plan["blocks"][string] },
    };
    for (const [number, queuedMs, status] of [
      [1, 60_000, "ok"],
      [2, 0, "limit"],
    ] as const) {
      const time = madeTime();
      const { executor, ...world } = countingWorld(plan, stateDir);
      const run: Executor["run"] = async (task, signal, watch) => {
        if (queuedMs > 0) watch?.onQueued?.();
        time.pass(2_000);
        watch?.onBegun?.();
        return signal.aborted ? fails("cancelled") : executor.run(task, signal);
      };
      const timed = { nowUs: time.nowUs, after: time.after };
      const ended = await record(plan, { stateDir, traceId: id(number), world: { ...world, executor: { ...executor, run } } }, timed);
      assert.is(statusOf(ended), status);
    }
  }));

test("while a person is waited for, no time passes", () => {
  const { time, clock, over } = clockAt();
  const [one, two] = [clock.piece("main@1/a"), clock.piece("main@1/b")];
  clock.watch("", 1_000);
  time.pass(5_000);
  one.begin();
  time.pass(400);
  one.end();
  time.pass(60_000);
  assert.equal([over, clock.over(), time.armed()], [[], [], 0]);
  two.begin();
  two.begin();
  time.pass(599);
  assert.equal(over, []);
  time.pass(1);
  assert.equal([over, time.armed()], [[""], 0]);
});

test("while a piece of work waits for its turn, no time passes; what is said after its end is not heard", () => {
  const { time, clock, over } = clockAt();
  const piece = clock.piece("main@1/code");
  clock.watch("", 1_000);
  piece.begin();
  piece.pause();
  time.pass(5_000);
  piece.begin();
  time.pass(999);
  piece.end();
  piece.begin();
  time.pass(5_000);
  assert.equal([over, time.armed()], [[], 0]);
});

test("K2: the time of an agent is that of what it does itself, with all that it calls", () => {
  const { time, clock, over } = clockAt();
  clock.watch("main@1/a@1", 1_000);
  clock.watch("main@1/b@1", 1_000);
  const [one, within, other] = ["main@1/a@1/react:1", "main@1/a@1/sub@1/oneshot:1", "main@1/b@1/oneshot:1"].map(clock.piece);
  other?.begin();
  time.pass(600);
  one?.begin();
  within?.begin();
  time.pass(300);
  other?.end();
  one?.end();
  time.pass(600);
  assert.equal(over, []);
  time.pass(100);
  assert.equal(over, ["main@1/a@1"]);
  time.pass(60_000);
  assert.equal(over, ["main@1/a@1"]);
});

test("K1: the time of processes before counts, the run's and an agent's", () => {
  const before = { "": 900_000, "main@1/old@1": 400_000 };
  const { time, clock, over } = clockAt((path) => (path === "" || path === "main@1/old@1" ? before[path] : 0));
  clock.watch("", 1_000);
  clock.watch("main@1/old@1", 600);
  clock.watch("main@1/new@1", 300);
  clock.watch("main@1/done@1", 10);
  clock.unwatch("main@1/done@1");
  for (const agent of ["old", "new", "done"]) clock.piece(`main@1/${agent}@1/oneshot:1`).begin();
  for (const [ms, told] of [
    [99, []],
    [1, [""]],
    [100, ["", "main@1/old@1"]],
    [100, ["", "main@1/old@1", "main@1/new@1"]],
  ] as const) {
    time.pass(ms);
    assert.equal(over, told);
  }
});

test("the time at work of a log is the time in which something was under way, side by side or not, in any order of rows", () => {
  const log = workLog();
  const row = (more: Partial<Row>) => ({ ...nothing, ...more }) as Row;
  const nothing = Object.fromEntries(columnNames.map((name) => [name, null]));
  const work = (kind: string, start_us: number, end_us: number, more: Partial<Row> = {}) => row({ kind, start_us, end_us, ...more });
  const rows = [
    work("tool_call", 500, 700, { path: "main@1/b@1/react:1.1" }),
    work("llm_call", 100, 200, { path: "main@1/a@1/oneshot:1" }),
    work("llm_call", 150, 300, { path: "main@1/a@1/sub@1/oneshot:1" }),
    work("wait_answer", 300, 90_000, { path: "main@1/b@1/wait" }),
    work("llm_call", 0, 1_000, { source: "cache" }),
    work("code_call", 310, 310),
  ];
  for (const one of rows) log.note(one);
  const before = log.before();
  assert.equal(["", "main@1", "main@1/a@1", "main@1/a@1/sub@1", "main@1/b@1", "main@1/c@1"].map(before), [400, 400, 200, 150, 200, 0]);
});

/** A clock by hand, and what it tells. */
function clockAt(before: WorkedBefore = () => 0) {
  const time = madeTime();
  const over: string[] = [];
  const clock = workClock({ nowUs: time.nowUs, after: time.after, before, onOver: (path) => over.push(path) });
  return { time, clock, over };
}

test.run();
