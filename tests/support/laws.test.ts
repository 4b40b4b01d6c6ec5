/** The laws of a run's log hold for a real run, and each is broken by what it forbids. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../runtime/4-trace/columns.ts";
import { readRun } from "../../runtime/4-trace/read.ts";
import { runDir } from "../../runtime/exec.ts";
import { breachesOf } from "./laws.ts";
import { agent, planOf } from "./plan-of.ts";
import { simulateInto } from "./simulate.ts";

const test = suite("laws of a log");
const traceId = "1".repeat(32);

const plan = planOf({
  ...agent("main", "pattern: parallel\nworkers: [first, second]"),
  ...agent("first", "pattern: critic"),
  ...agent("second", "pattern: react"),
  ...Object.fromEntries(["draft", "critique", "refine"].map((step) => [`agents/first/${step}.md`, `Do ${step}.`])),
});

async function simulated(): Promise<readonly Row[]> {
  const stateDir = mkdtempSync(join(tmpdir(), "tama-laws-"));
  try {
    await simulateInto(stateDir, { plan, task: "Go.", traceId });
    return [...readRun(runDir(stateDir, traceId))];
  } finally {
    rmSync(stateDir, { recursive: true });
  }
}

const rows = await simulated();
const without = (drop: (row: Row) => boolean) => rows.filter((row) => !drop(row)).map((row, index) => ({ ...row, seq: index + 1 }));
const changed = (which: (row: Row) => boolean, change: Partial<Row>) => rows.map((row) => (which(row) ? { ...row, ...change } : row));
const isCall = (row: Row) => row.kind === "llm_call";

/** The laws that a log breaks, each once. */
function broken(log: readonly Row[]): readonly string[] {
  return [...new Set(breachesOf(log).map((breach) => breach.slice(0, 2)))].sort();
}

test("a run keeps them all", () => {
  assert.equal(breachesOf(rows), []);
});

for (const [law, what, log] of [
  ["L1", "an event is lost", rows.filter(({ seq }) => seq !== 7)],
  ["L1", "the run does not end", without(({ kind }) => kind === "run_ended")],
  ["L2", "a span does not end", without((row) => row.kind === "span_ended" && row.path === "main@1/workers/second@1")],
  ["L2", "a call ends before it starts", changed(isCall, { start_us: 2 ** 51 })],
  ["L3", "a call is an orphan", changed(isCall, { parent_span_id: "nobody" })],
  ["L3", "a call hangs nowhere", changed(isCall, { parent_span_id: null })],
  ["L4", "a call starts before its agent", changed(isCall, { start_us: 1 })],
  ["L4", "a branch's times are those of its record", changed(isCall, { end_us: 2 ** 52 })],
  ["L5", "a tool has tokens", changed(({ kind }) => kind === "tool_call", { input_tokens: 1 })],
  ["L5", "a call has no tokens", changed(isCall, { output_tokens: null })],
  ["L6", "a step has no synthetic start", without((row) => row.span_kind === "synthetic" && row.tool_name === "start")],
  ["L6", "a step has no synthetic finish", without((row) => row.span_kind === "synthetic" && row.tool_name === "finish")],
  ["L6", "a loop completes without a finish", changed((row) => row.tool_name === "finish", { status: "refused" })],
] as const) {
  test(`${law} is broken where ${what}`, () => {
    assert.ok(broken(log).includes(law), broken(log).join(", "));
  });
}

test.run();
