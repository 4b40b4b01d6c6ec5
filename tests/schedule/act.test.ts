/** The react loop as the scheduler runs it: which tools of a turn run together, and what ends it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { literal } from "../../compiler/ir/expr.ts";
import type { PlanTool } from "../../compiler/ir/plan.ts";
import type { Task } from "../../runtime/3-task/task.ts";
import { type Came, drive, says } from "../support/drive.ts";
import { act, bodyOf, madePlan } from "../support/made-plan.ts";

const test = suite("react loop");
const read = (path: string) => ({ name: "tama_files_read", args: { path } });
const write = (path: string) => ({ name: "tama_files_write", args: { path, content: "" } });
const finish = { name: "finish", args: { key: "done", value: "v" } };

/** A plan of one react loop that may use these tools. */
const plan = (tools: readonly string[]) => madePlan({ main: bodyOf([act("react", literal("in"), { tools })]) });
const readers = plan(["tama_files_read", "tama_mem_set"]);

/** Answers a loop's turns, and each tool with its path. */
const turns =
  (...said: readonly Came[]) =>
  (task: Task): Came => {
    if (task.kind !== "model") return { kind: "tool", text: task.path };
    return said[Number(task.path.split(":").at(-1)) - 1] ?? says([finish]);
  };

test("read-only tools of one turn are in flight together", () => {
  const { width, tasks } = drive({ plan: readers, answer: turns(says([read("a"), read("b"), read("c")])) });
  assert.is(width, 3);
  assert.equal(
    tasks.map(({ path }) => path),
    ["main@1/react:1", "main@1/react:1.1", "main@1/react:1.2", "main@1/react:1.3", "main@1/react:2"],
  );
});

test("results keep the order of the calls, whichever tool is first", () => {
  const answer = turns(says([read("a"), read("b")]));
  const { tasks } = drive({ plan: readers, answer, pick: (inFlight) => inFlight.length - 1 });
  const last = tasks.at(-1);
  if (last?.kind !== "model") throw new Error("no second request");
  assert.equal(
    last.messages.slice(3).map(({ parts }) => parts[0]?.text),
    ["main@1/react:1.1", "main@1/react:1.2"],
  );
});

test("a write to memory keeps its place among the reads of its turn", () => {
  const set = { name: "tama_mem_set", args: { key: "k", value: "v" } };
  const seen: string[] = [];
  const answer = turns(says([read("a"), set, read("b")]));
  const noted: typeof answer = (task) => {
    seen.push(task.path);
    return answer(task);
  };
  const { records } = drive({ plan: readers, answer: noted });
  assert.equal(seen.slice(1, 3), ["main@1/react:1.1", "main@1/react:1.3"]);
  const order = records.map(({ event }) => event).filter(({ kind }) => kind === "tool_call" || kind === "state_set");
  assert.equal(order.map(({ kind, path }) => `${kind} ${path}`).slice(0, 4), [
    "tool_call main@1/react:1.1",
    "state_set main@1/react:1.2",
    "tool_call main@1/react:1.2",
    "tool_call main@1/react:1.3",
  ]);
});

test("a finish waits for the tools before it", () => {
  const { settled, tasks } = drive({ plan: readers, answer: turns(says([read("a"), read("b"), finish])) });
  assert.is(settled.kind, "ok");
  assert.is(tasks.length, 3);
});

test("a tool that changes the world runs alone, after an intent", () => {
  const writer: PlanTool = { ...readers.tools["tama_files_read"], effects: ["write"], undo: "undo" } as PlanTool;
  const made = { ...readers, tools: { ...readers.tools, tama_files_read: writer } };
  const { width, records } = drive({ plan: made, answer: turns(says([read("a"), read("b")])) });
  assert.is(width, 1);
  const kinds = records.map(({ event }) => event.kind).filter((kind) => kind === "intent" || kind === "tool_call");
  assert.equal(kinds.slice(0, 4), ["intent", "tool_call", "intent", "tool_call"]);
});

test("a tool that fails is told to the model; the loop goes on", () => {
  const answer = turns(says([read("a"), read("b")]));
  const failing = (task: Task): Came =>
    task.path.endsWith(":1.1") ? { kind: "failed", code: "tool", message: "file not found: a" } : answer(task);
  const { settled, tasks } = drive({ plan: readers, answer: failing });
  assert.is(settled.kind, "ok");
  const last = tasks.at(-1);
  assert.is(last?.kind === "model" && last.messages[3]?.parts[0]?.text, "[error: file not found: a]");
});

test("a failure that ends runs is not told to the model: the loop ends with it once its other tools have", () => {
  const answer = turns(says([read("a"), read("b")]));
  const failing = (task: Task): Came => (task.path.endsWith(":1.1") ? { kind: "failed", code: "bug", message: "oh" } : answer(task));
  const { settled, tasks } = drive({ plan: readers, answer: failing });
  assert.equal(settled, { kind: "failed", failure: { code: "bug", message: "oh", path: "main@1/react:1.1" } });
  assert.is(tasks.length, 3);
});

test("a tool that the loop was not given is refused, whatever the plan has", () => {
  const { records } = drive({ plan: readers, answer: turns(says([write("a")])) });
  const refused = records.filter(({ event }) => event.kind === "tool_rejected").map(({ event }) => event.tool_name);
  assert.equal(refused, ["tama_files_write"]);
});

test("asks with all that was said, and no request shares a list with another", () => {
  const { tasks } = drive({ plan: readers, answer: turns(says([read("a")]), says([read("b")])) });
  assert.equal(
    tasks.flatMap((task) => (task.kind === "model" ? [task.messages.map(({ role }) => role).join(" ")] : [])),
    ["system user", "system user assistant tool", "system user assistant tool assistant tool"],
  );
});

test("the limits of the plan end a run before the request that would pass them", () => {
  const answer = turns(says([read("a")]), says([read("b")]), says([read("c")]));
  const limited = (limits: Partial<typeof readers.limits>) =>
    drive({ plan: { ...readers, limits: { ...readers.limits, ...limits } }, answer });
  const { settled, tasks } = limited({ calls: 2 });
  assert.is(settled.kind === "failed" && settled.failure.code, "limit");
  assert.is(tasks.filter(({ kind }) => kind === "model").length, 2);
  assert.is(limited({ calls: 4 }).settled.kind, "ok");
});

test.run();
