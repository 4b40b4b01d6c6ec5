/** An act that makes the same call again and again. G1 to G5 are the invariants of `runtime/2-schedule/loop-guards.ts`. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { literal } from "../../compiler/ir/expr.ts";
import { parseJson } from "../../compiler/ir/json.ts";
import type { LoopGuards, Plan } from "../../compiler/ir/plan.ts";
import type { Task } from "../../runtime/3-task/task.ts";
import { type Came, type Driven, drive, says } from "../support/drive.ts";
import { act, bodyOf, madePlan } from "../support/made-plan.ts";

const test = suite("loop guards");
const read = (path: string) => ({ name: "tama_files_read", args: { path } });
const set = (value: string) => ({ name: "tama_mem_set", args: { key: "k", value } });
const finish = { name: "finish", args: { key: "done", value: "v" } };
const plan = madePlan({ main: bodyOf([act("react", literal("in"), { tools: ["tama_files_read", "tama_mem_set", "tama_mem_get"] })]) });
const guarded = (guards: Partial<LoopGuards>): Plan => ({ ...plan, guards: { ...plan.guards, ...guards } });

type Calls = Exclude<Parameters<typeof says>[0], string>;

/** Runs a loop that makes these calls, turn by turn, and then finishes. A file's text is what `files` says of the path of the call. */
function loop(turns: readonly Calls[], more: { plan?: Plan; files?: (task: Task) => string; lastFirst?: boolean } = {}): Driven {
  const answer = (task: Task): Came => {
    if (task.kind !== "model") return { kind: "tool", text: more.files?.(task) ?? "text" };
    return says(turns[Number(task.path.split(":").at(-1)) - 1] ?? [finish]);
  };
  return drive({ plan: more.plan ?? plan, answer, ...(more.lastFirst ? { pick: (inFlight) => inFlight.length - 1 } : {}) });
}

/** What the model was told of its tool calls, in order. */
function told({ tasks }: Driven): readonly string[] {
  const last = tasks.findLast((task) => task.kind === "model");
  return last?.kind === "model" ? last.messages.flatMap(({ role, parts }) => (role === "tool" ? (parts[0]?.text ?? "") : [])) : [];
}

function interventions({ records }: Driven): readonly string[] {
  return records.flatMap(({ event }) => {
    if (event.kind !== "loop_intervention") return [];
    const { kind, count } = parseJson(event.detail ?? "") as { kind: string; count: number }; // made by the guards
    return [`${kind} ${event.tool_name} ${count} at ${event.path}, turn ${event.iteration}`];
  });
}

/** Paths of the tools that ran. */
const ran = ({ tasks }: Driven) => tasks.filter(({ kind }) => kind === "tool").map(({ path }) => path);

test("the same call with the same result is warned about, then not shown, then not made", () => {
  const driven = loop([[read("a")], [read("a")], [read("a")], [read("a")], [read("a")]]);
  const [first, second, third, fourth] = told(driven);
  assert.is(first, "text");
  assert.match(second ?? "", /^text\n\n\[tama_files_read gave this result 2 times now/);
  assert.match(third ?? "", /^\[tama_files_read gave the same result 3 times now.*not shown again/);
  assert.match(fourth ?? "", /^\[tama_files_read was not called/);
  assert.equal(interventions(driven), [
    "warn tama_files_read 2 at main@1/react:2.1, turn 2",
    "block tama_files_read 3 at main@1/react:3.1, turn 3",
    "skip tama_files_read 4 at main@1/react:4.1, turn 4",
    "skip tama_files_read 5 at main@1/react:5.1, turn 5",
  ]);
  assert.equal(ran(driven), ["main@1/react:1.1", "main@1/react:2.1", "main@1/react:3.1"]);
});

test("G2: another result begins a new count, other calls in between do not", () => {
  const files = ({ path }: Task) => (path < "main@1/react:3" ? "old" : "new");
  const driven = loop([[read("a")], [read("a")], [read("a")], [read("b")], [read("a")]], { files });
  assert.equal(interventions(driven), [
    "warn tama_files_read 2 at main@1/react:2.1, turn 2",
    "warn tama_files_read 2 at main@1/react:5.1, turn 5",
  ]);
});

test("equal arguments are equal however they are written, other arguments are another call", () => {
  const two = (task: Task): Came => {
    if (task.kind !== "model") return { kind: "tool", text: "x" };
    const args = ['{"path": "a", "from": 1}', '{"from":1,"path":"a"}', '{"path":"a"}'][Number(task.path.split(":").at(-1)) - 1];
    if (args === undefined) return says([finish]);
    return { kind: "model", text: "", calls: [{ name: "tama_files_read", args }], finish: "", model: "", usage: null };
  };
  assert.equal(interventions(drive({ plan, answer: two })), ["warn tama_files_read 2 at main@1/react:2.1, turn 2"]);
});

test("G1: equal read-only calls of one turn are counted in their order, whichever is first", () => {
  const files = ({ path }: Task) => (path.endsWith(".3") ? "other" : "text");
  const turn = [read("a"), read("a"), read("a"), read("b")];
  const expected = ["text", "warn", "other", "text"];
  for (const lastFirst of [false, true]) {
    const driven = loop([turn], { files, lastFirst });
    assert.equal(
      told(driven).map((text, index) => (index === 1 && text.startsWith("text\n\n[") ? "warn" : text)),
      expected,
    );
    assert.is(driven.width, 4);
  }
});

test("G1: of equal calls in one turn the fourth is skipped once three have given the same", () => {
  for (const lastFirst of [false, true]) {
    const driven = loop([[read("a"), read("a"), read("a"), read("a"), read("b")]], { lastFirst });
    assert.equal(
      ran(driven).toSorted(),
      ["1.1", "1.2", "1.3", "1.5"].map((call) => `main@1/react:${call}`),
    );
    assert.equal(
      interventions(driven).map((line) => line.split(" ")[0]),
      ["warn", "block", "skip"],
    );
  }
});

test("G3: a call is made again once something was done that can have changed its result", () => {
  const again = [[read("a")], [read("a")], [read("a")], [set("new")], [read("a")]];
  const driven = loop(again, { files: ({ path }) => (path.startsWith("main@1/react:5") ? "changed" : "text") });
  assert.is(told(driven).at(-1), "changed");
  assert.not(interventions(driven).some((line) => line.startsWith("skip")));
  const same = loop(again);
  assert.match(told(same).at(-1) ?? "", /gave the same result 4 times now/);
});

test("a write that says the same each time is guarded, too", () => {
  const driven = loop([[set("x")], [set("x")], [set("x")], [set("x")]]);
  assert.equal(
    interventions(driven).map((line) => line.split(" ").slice(0, 3).join(" ")),
    ["warn tama_mem_set 2", "block tama_mem_set 3", "skip tama_mem_set 4"],
  );
  assert.is(driven.records.filter(({ event }) => event.kind === "state_set").length, 3);
});

test("a call that is refused each time is guarded, and counts as no change", () => {
  const bash = { name: "tama_bash", args: { command: "ls" } };
  const driven = loop([[bash], [bash], [bash], [bash]]);
  assert.equal(
    interventions(driven).map((line) => line.split(" ")[0]),
    ["warn", "block", "skip"],
  );
  assert.is(driven.records.filter(({ event }) => event.kind === "tool_rejected").length, 3);
});

test("G5: the record of a call holds what the tool said, that of a skipped one why", () => {
  const driven = loop([[read("a")], [read("a")], [read("a")], [read("a")]]);
  const calls = driven.records.filter(({ event }) => event.kind === "tool_call" && event.tool_name === "tama_files_read");
  assert.equal(
    calls.map(({ event, texts }) => `${event.status} ${texts.value_hash?.slice(0, 16)}`),
    ["ok text", "ok text", "ok text", "refused [tama_files_read"],
  );
});

test("0 turns a guard off; no guard says anything of the first result", () => {
  const turns = [[read("a")], [read("a")], [read("a")], [read("a")], [read("a")]];
  const kinds = (guards: Partial<LoopGuards>) => interventions(loop(turns, { plan: guarded(guards) })).map((line) => line.split(" ")[0]);
  assert.equal(kinds({ warn: 0, block: 0, skip: 0 }), []);
  assert.equal(kinds({ block: 0, skip: 0 }), ["warn", "warn", "warn", "warn"]);
  assert.equal(kinds({ warn: 0, skip: 0 }), ["block", "block", "block"]);
  assert.equal(kinds({ warn: 0, block: 0 }), ["skip", "skip"]);
  assert.equal(kinds({ warn: 1, block: 0, skip: 0 }).length, 4);
  assert.is(told(loop(turns, { plan: guarded({ warn: 1, block: 1, skip: 1 }) }))[0], "text");
});

test("each act counts by itself", () => {
  const turns = [[read("a")], [read("a")]];
  const two = madePlan({
    main: bodyOf([
      act("x", literal("in"), { tools: ["tama_files_read"] }),
      { ...act("y", literal("in"), { tools: ["tama_files_read"] }), after: ["x"] },
    ]),
  });
  assert.equal(interventions(loop(turns, { plan: two })), [
    "warn tama_files_read 2 at main@1/x:2.1, turn 2",
    "warn tama_files_read 2 at main@1/y:2.1, turn 2",
  ]);
});

test.run();
