/** The scheduler's invariants at the places where they are easiest to break. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { literal } from "../../compiler/ir/expr.ts";
import type { Body, MapOp } from "../../compiler/ir/ops.ts";
import type { Task } from "../../runtime/3-task/task.ts";
import { type Came, type DriveOptions, drive, says } from "../support/drive.ts";
import { act, base, bodyOf, callOp, code, madePlan, pure, valueOfOp } from "../support/made-plan.ts";

const test = suite("order");
const workers = { w: {}, memo: { reads: ["k"] } };
const at = (path: string) => (inFlight: readonly Task[]) =>
  Math.max(
    inFlight.findIndex((task) => task.path.endsWith(path)),
    0,
  );
const echo: DriveOptions["answer"] = (task) => ({ kind: "code", key: "done", value: task.kind === "code" ? task.input : "" });
const failsAt =
  (...names: readonly string[]): DriveOptions["answer"] =>
  (task) => {
    const name = names.find((one) => task.path.endsWith(one));
    return name === undefined ? echo(task) : { kind: "failed", code: "code", message: `${name} broke` };
  };

const leaf = (id: string) => code(id, "w", literal(id));
const run = (ops: Body["ops"], options: Omit<DriveOptions, "plan">, more: Readonly<Record<string, Body>> = {}) =>
  drive({ plan: madePlan({ main: bodyOf(ops), ...more }, workers), ...options });
const message = (driven: ReturnType<typeof run>) => (driven.settled.kind === "failed" ? driven.settled.failure.message : "it ended well");

test("R1: an op waits for all that it reads, and for what stands in `after`", () => {
  const ops = [leaf("a"), leaf("b"), code("c", "w", valueOfOp("a"), { after: ["b"] }), leaf("d")];
  const { tasks } = run(ops, { answer: echo, pick: (inFlight) => inFlight.length - 1 });
  assert.equal(
    tasks.map(({ path }) => path.slice("main@1/".length)),
    ["a", "b", "d", "c"],
  );
});

test("R1: what an inner body reads, its op waits for", () => {
  const map: MapOp = {
    kind: "map",
    ...base("m"),
    over: { kind: "list", items: [literal(1)] },
    body: bodyOf([code("in", "w", valueOfOp("a"))]),
    max: 1,
    concurrency: null,
    onFailure: "propagate",
  };
  const { tasks } = run([leaf("a"), map], { answer: echo });
  assert.equal(
    tasks.map((task) => (task.kind === "code" ? task.input : null)),
    ["a", "a"],
  );
});

test("R3: the failure of the first op in declared order is the body's, though a later one failed before it", () => {
  const driven = run([leaf("a"), leaf("b"), leaf("c")], {
    answer: failsAt("a", "c"),
    pick: at("c"),
    ignoresCancel: () => true,
  });
  assert.is(message(driven), "a broke");
});

test("R3: an op that was only cancelled does not hide the failure that cancelled it", () => {
  const driven = run([leaf("a"), leaf("b"), leaf("c")], { answer: failsAt("c"), pick: at("c") });
  assert.is(message(driven), "c broke");
  assert.equal([...driven.cancelled], ["main@1/a", "main@1/b"]);
});

test("R3: of a map's items that failed by themselves, the lowest is told", () => {
  const items = { kind: "list", items: ["x", "y", "z"].map(literal) } as const;
  const body = bodyOf([leaf("in")]);
  const map: MapOp = { kind: "map", ...base("m"), over: items, body, max: 9, concurrency: null, onFailure: "propagate" };
  const answer = (task: Task): Came => ({ kind: "failed", code: "code", message: task.path });
  assert.is(message(run([map], { answer, pick: at("[3]/in"), ignoresCancel: () => true })), "main@1/m[1]/in");
  assert.is(message(run([map], { answer, pick: at("[2]/in") })), "main@1/m[2]/in");
});

test("R4: nothing starts after a failure, and what waits in a bounded map never does", () => {
  const items = { kind: "list", items: Array.from({ length: 50 }, (_, index) => literal(index)) } as const;
  const map: MapOp = {
    kind: "map",
    ...base("m"),
    over: items,
    body: bodyOf([leaf("in")]),
    max: 50,
    concurrency: 3,
    onFailure: "propagate",
  };
  const { tasks } = run([map], { answer: failsAt("[2]/in"), pick: at("[2]/in") });
  assert.is(tasks.length, 3);
});

test("R4: a failure deep in one call cancels what is deep in another", () => {
  const inner = { inner: bodyOf([leaf("x"), code("y", "w", valueOfOp("x"))]) };
  const driven = run(
    [callOp("one", "inner", literal("")), callOp("two", "inner", literal(""))],
    { answer: failsAt("two@1/x"), pick: at("two@1/x") },
    inner,
  );
  assert.equal([...driven.cancelled], ["main@1/one@1/x"]);
  const ends = driven.records.filter(({ event }) => event.kind === "span_ended").map(({ event }) => `${event.path} ${event.status}`);
  assert.equal(ends, ["main@1/two@1 failed", "main@1/one@1 cancelled", "main@1 failed"]);
});

test("a failed call is tried again as often as it may be, each attempt under a path of its own", () => {
  const inner = { inner: bodyOf([leaf("x")]) };
  const twice = run([callOp("one", "inner", literal(""), { attempts: 3 })], { answer: failsAt("one@1/x", "one@2/x") }, inner);
  assert.is(twice.settled.kind, "ok");
  assert.equal(
    twice.tasks.map(({ path }) => path),
    ["main@1/one@1/x", "main@1/one@2/x", "main@1/one@3/x"],
  );
  const never = run([callOp("one", "inner", literal(""), { attempts: 2 })], { answer: failsAt("x") }, inner);
  assert.is(never.settled.kind, "failed");
});

test("a cancelled call is not tried again, and its failure is not made a value", () => {
  const inner = { inner: bodyOf([leaf("x")]) };
  const call = callOp("one", "inner", literal(""), { attempts: 3, onFailure: "value" });
  const driven = run([call, leaf("b")], { answer: failsAt("b"), pick: at("/b") }, inner);
  assert.is(message(driven), "b broke");
  assert.is(driven.tasks.length, 2);
});

for (const failing of ["limit", "cancelled", "replay-miss", "waiting", "uncertain", "bug"] as const) {
  test(`a failure \`${failing}\` is neither collected nor caught nor tried again`, () => {
    const inner = { inner: bodyOf([leaf("x")]) };
    const call = callOp("one", "inner", literal(""), { attempts: 3, onFailure: "value" });
    const items = { kind: "list", items: [literal(1), literal(2)] } as const;
    const map: MapOp = { kind: "map", ...base("m"), over: items, body: bodyOf([call]), max: 9, concurrency: null, onFailure: "value" };
    const answer = (): Came => ({ kind: "failed", code: failing, message: "stop" });
    const driven = run([map], { answer }, inner);
    assert.is(driven.settled.kind === "failed" && driven.settled.failure.code, failing);
    assert.is(driven.tasks.length, 2);
  });
}

test("a stop ends the run as cancelled, though what is in flight fails by itself afterwards", () => {
  const driven = run([leaf("a"), leaf("b")], { answer: failsAt("a", "b"), stopAfter: 0, ignoresCancel: () => true });
  assert.equal(driven.settled, { kind: "failed", failure: { code: "cancelled", message: "interrupted", path: "main@1" } });
});

test("a stop while a failure is being cleared up changes nothing, and cancels nothing twice", () => {
  const driven = run([leaf("a"), leaf("b"), leaf("c")], { answer: failsAt("a"), stopAfter: 1 });
  assert.is(message(driven), "a broke");
});

test("a branch does not see what a failed one wrote that it comes after", () => {
  const inner = { inner: bodyOf([act("x", literal(""), { tools: ["tama_mem_set"] })]) };
  const ops = [
    callOp("caught", "inner", literal(""), { onFailure: "value" }),
    leaf("beside"),
    pure("then", valueOfOp("caught")),
    code("look", "memo", valueOfOp("then")),
  ];
  const writes = says([{ name: "tama_mem_set", args: { key: "k", value: "lost" } }]);
  const turns = (ends: Came) => (task: Task) => (task.path.endsWith("x:1") ? writes : task.path.endsWith("x:2") ? ends : echo(task));
  const seen = (ends: Came) => run(ops, { answer: turns(ends) }, inner).tasks.find(({ path }) => path.endsWith("/look"));
  const failed = seen({ kind: "failed", code: "model", message: "down" });
  assert.equal(failed?.kind === "code" && failed.memory, { k: null });
  const well = seen(says("done"));
  assert.equal(well?.kind === "code" && well.memory, { k: "lost" });
});

test("an empty body, and one of pure ops alone, end at once", () => {
  assert.is(run([pure("a", literal(1)), pure("b", valueOfOp("a"))], { answer: echo }).settled.kind, "ok");
  const empty: Body = { ops: [], result: { kind: "outcome", key: literal("k"), value: literal(7) } };
  const { settled } = drive({ plan: madePlan({ main: empty }), answer: echo });
  assert.equal(settled, { kind: "ok", key: "k", value: 7, failed: false });
});

test.run();
