import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { EventKind } from "../../runtime/4-trace/columns.ts";
import { eventBuffer } from "../../runtime/4-trace/event-buffer.ts";
import { finishes } from "../support/model-server.ts";
import { agent, planOf } from "../support/plan-of.ts";
import { rowsOf, runPlan } from "../support/run-plan.ts";

const test = suite("event buffer");
const event = (kind: EventKind, index: number) => ({ kind, path: `p${index}` });

test("what a program peeks at stays, what it takes is gone, and neither changes later", () => {
  const buffer = eventBuffer();
  buffer.onEvent(event("llm_call", 1));
  const peeked = buffer.peek();
  buffer.onEvent(event("llm_call", 2));
  assert.equal(
    peeked.map(({ path }) => path),
    ["p1"],
  );
  assert.equal(
    buffer.take().map(({ path }) => path),
    ["p1", "p2"],
  );
  assert.equal(buffer.peek(), []);
  buffer.onEvent(event("llm_call", 3));
  assert.equal(
    buffer.take().map(({ path }) => path),
    ["p3"],
  );
});

test("a buffer that is off keeps nothing, and what it had", () => {
  const buffer = eventBuffer();
  buffer.onEvent(event("llm_call", 1));
  buffer.enable(false);
  buffer.onEvent(event("llm_call", 2));
  buffer.enable(true);
  buffer.onEvent(event("llm_call", 3));
  assert.equal(
    buffer.peek().map(({ path }) => path),
    ["p1", "p3"],
  );
});

test("a buffer keeps the kinds it is asked for, and the newest up to its limit", () => {
  const buffer = eventBuffer({ kinds: ["tool_call"], limit: 3 });
  for (let index = 1; index <= 20; index += 1) {
    buffer.onEvent(event(index % 2 === 0 ? "tool_call" : "llm_call", index));
    assert.ok(buffer.peek().length <= 3);
  }
  assert.equal(
    buffer.take().map(({ path }) => path),
    ["p16", "p18", "p20"],
  );
});

test("a run tells a buffer what it tells its log, in order", async () => {
  const buffer = eventBuffer();
  const plan = planOf(agent("main", "pattern: react"));
  const ran = await runPlan(plan, { "*": finishes("done", "fine") }, { onEvent: buffer.onEvent });
  const logged = ran.rows.filter(({ kind }) => kind !== "run_started" && kind !== "run_ended");
  const shown = ({ kind, path }: { readonly kind: string | null; readonly path: string | null }) => `${kind} ${path}`;
  assert.equal(buffer.peek().map(shown), logged.map(shown));
  assert.is(buffer.take().filter(({ kind }) => kind === "llm_call").length, rowsOf(ran, "llm_call").length);
});

test.run();
