/** The scheduler's work grows linearly: counted as looks at the ops of a plan, and as commands, never as time. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { literal } from "../../compiler/ir/expr.ts";
import type { Body, MapOp, Op, Repeat } from "../../compiler/ir/ops.ts";
import { type DriveOptions, drive } from "../support/drive.ts";
import { base, bodyOf, callOp, code, madePlan, pure, valueOfOp } from "../support/made-plan.ts";

const test = suite("scale");
const echo: DriveOptions["answer"] = (task) => ({ kind: "code", key: "done", value: task.kind === "code" ? task.input : "" });

/** What a run of a body costs: how often its ops were looked at, and how many commands it took. */
function workOf(
  body: Body,
  more: Readonly<Record<string, Body>> = {},
): { readonly looks: number; readonly commands: number; readonly tasks: number } {
  let looks = 0;
  const watched = new Proxy(body.ops, {
    get: (ops, name) => {
      if (typeof name === "string" && /^\d+$/.test(name)) looks += 1;
      return Reflect.get(ops, name);
    },
  });
  const plan = madePlan({ main: { ...body, ops: watched }, ...more }, { w: {} });
  const { settled, commands, tasks } = drive({ plan, answer: echo });
  assert.is(settled.kind, "ok");
  return { looks, commands, tasks: tasks.length };
}

/** Ten times the plan takes ten times the work, give or take what does not grow. */
function growsLinearly(make: (size: number) => Body, size: number, more: Readonly<Record<string, Body>> = {}): void {
  const [small, large] = [workOf(make(size / 10), more), workOf(make(size), more)];
  for (const what of ["looks", "commands"] as const)
    assert.ok(large[what] <= 10 * small[what] + 100, `${what}: ${small[what]}, ${large[what]}`);
}

function chain(size: number, op: (id: string, before: string | null) => Op): Body {
  return bodyOf(Array.from({ length: size }, (_, index) => op(`o${index}`, index === 0 ? null : `o${index - 1}`)));
}

const overRange = (size: number) => ({ kind: "list", items: Array.from({ length: size }, (_, index) => literal(index)) }) as const;

test("a chain of 100,000 pure ops", () => {
  growsLinearly((size) => chain(size, (id, before) => pure(id, before === null ? literal(1) : valueOfOp(before))), 100_000);
});

test("100,000 pure ops that need nothing", () => {
  growsLinearly((size) => chain(size, (id) => pure(id, literal(1))), 100_000);
});

test("a chain of 10,000 workers", () => {
  growsLinearly((size) => chain(size, (id, before) => code(id, "w", before === null ? literal(1) : valueOfOp(before))), 10_000);
});

test("two chains of 10,000 workers side by side, each with a view of memory of its own", () => {
  const side = (name: string, size: number) =>
    chain(size, (id, before) => code(`${name}${id}`, "w", before === null ? literal(1) : valueOfOp(`${name}${before}`)));
  growsLinearly((size) => bodyOf([...side("a", size).ops, ...side("b", size).ops]), 10_000);
});

test("a fan-out of 10,000 items", () => {
  const body = bodyOf([code("in", "w", { kind: "item", op: "m" })]);
  const map = (size: number): MapOp => ({
    kind: "map",
    ...base("m"),
    over: overRange(size),
    body,
    max: 10_000,
    concurrency: null,
    onFailure: "value",
  });
  growsLinearly((size) => ({ ops: [map(size)], result: { kind: "pass", op: "m" } }), 10_000);
});

test("10,000 calls side by side, collected", () => {
  const more = { inner: bodyOf([code("x", "w", { kind: "input" })]) };
  growsLinearly((size) => chain(size, (id) => callOp(id, "inner", literal(id), { onFailure: "value" })), 10_000, more);
});

test("a repetition of 10,000 turns", () => {
  const loop = (size: number): Repeat => ({
    kind: "repeat",
    ...base("r"),
    state: literal(0),
    times: null,
    max: size,
    body: bodyOf([code("in", "w", { kind: "state", op: "r" })]),
    until: literal(false),
    next: { kind: "index", op: "r" },
    onExhausted: "last",
    exhausted: literal(""),
  });
  growsLinearly((size) => ({ ops: [loop(size)], result: { kind: "pass", op: "r" } }), 10_000);
});

test("a fan-out whose 10,000 items are cancelled by the last", () => {
  const body = bodyOf([code("in", "w", { kind: "item", op: "m" })]);
  const cost = (size: number) => {
    const map: MapOp = { kind: "map", ...base("m"), over: overRange(size), body, max: size, concurrency: null, onFailure: "propagate" };
    const plan = madePlan({ main: { ops: [map], result: { kind: "pass", op: "m" } } }, { w: {} });
    const answer: DriveOptions["answer"] = () => ({ kind: "failed", code: "code", message: "no" });
    return drive({ plan, answer, pick: (inFlight) => inFlight.length - 1 }).commands;
  };
  assert.ok(cost(10_000) <= 10 * cost(1_000) + 100);
});

test.run();
