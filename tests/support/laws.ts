/**
 * What holds for the log of every run that has ended, however it ended:
 *
 * L1: events are numbered without a gap; the run's start comes first, its end last.
 * L2: every span that starts ends, once, but in a run that waits for people, and every piece of work ends no earlier than it starts.
 * L3: every span hangs below one that is there, but for the run's own; what came before it is there, too.
 * L4: children lie inside their parents' times, also those of branches that ran side by side: times are those of the work, not of its record.
 * L5: tokens stand on model calls alone, so that these add up to the run's; a call that failed has none. A server may
 * count nothing, but then no bucket has a number.
 * L6: a step that is one model call has a synthetic `start`, and where it ended well a synthetic `finish`; a loop that completed has a `finish`.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { Row } from "../../runtime/4-trace/columns.ts";
import { readRun } from "../../runtime/4-trace/read.ts";

const leaves: readonly unknown[] = ["llm_call", "tool_call", "code_call", "wait_answer"];

/** Fails where the log of an ended run breaks a law. `rows` are all of it. */
export function assertLaws(rows: readonly Row[]): void {
  assert.equal(breachesOf(rows), []);
}

/** The same for each run of a state folder that has ended in one process; L1 to L6 do not tell of runs that were taken up again. */
export function assertLawsIn(stateDir: string): void {
  const runs = join(stateDir, "runs");
  for (const name of existsSync(runs) ? readdirSync(runs) : []) {
    const rows = [...readRun(join(runs, name))];
    if (rows.at(-1)?.kind === "run_ended" && rows.at(-1)?.segment === 1) assertLaws(rows);
  }
}

/** Where the log of an ended run breaks a law: a line each. */
export function breachesOf(rows: readonly Row[]): readonly string[] {
  const events = rows.filter(({ kind }) => kind !== "text" && kind !== "message");
  const gap = rows.findIndex((row, index) => row.seq !== index + 1);
  const gaps = gap === -1 ? [] : [`L1: event ${rows[gap]?.seq} stands where ${gap + 1} should`];
  return [...gaps, ...[ends, endings, hanging, nesting, tokens, protocol].flatMap((law) => law(events))];
}

function ends(events: readonly Row[]): readonly string[] {
  const [first, last] = [events[0]?.kind, events.at(-1)?.kind];
  return [
    ...(first === "run_started" ? [] : [`L1: the first event is ${first}`]),
    ...(last === "run_ended" ? [] : [`L1: the last event is ${last}`]),
  ];
}

function endings(events: readonly Row[]): readonly string[] {
  const open = new Map<unknown, Row>();
  const found: string[] = [];
  for (const row of events) {
    if (row.kind === "span_started" && open.has(row.span_id)) found.push(`L2: ${row.path} starts twice`);
    if (row.kind === "span_started") open.set(row.span_id, row);
    if (row.kind === "span_ended" && !open.delete(row.span_id)) found.push(`L2: ${row.path} ends without a start`);
    if (leaves.includes(row.kind) && startOf(row) > endOf(row)) found.push(`L2: ${row.path} ends before it starts`);
  }
  const isWaiting = events.at(-1)?.status === "waiting";
  return [...found, ...(isWaiting ? [] : [...open.values()]).map(({ path }) => `L2: ${path} never ends`)];
}

function hanging(events: readonly Row[]): readonly string[] {
  const spans = events.filter(({ span_kind }) => span_kind !== null);
  const ids = new Set(spans.map(({ span_id }) => span_id));
  const roots = spans.filter(({ parent_span_id }) => parent_span_id === null);
  return [
    ...roots.filter(({ kind }) => kind !== "span_started").map(({ path }) => `L3: ${path} hangs nowhere`),
    ...events.filter((row) => row.parent_span_id !== null && !ids.has(row.parent_span_id)).map(({ path }) => `L3: ${path} is an orphan`),
    ...spans
      .filter((row) => row.prev_span_id !== null && !ids.has(row.prev_span_id))
      .map(({ path }) => `L3: what was before ${path} is not there`),
  ];
}

function nesting(events: readonly Row[]): readonly string[] {
  const starts = new Map(events.filter(({ kind }) => kind === "span_started").map((row) => [row.span_id, row]));
  const ends = new Map(events.filter(({ kind }) => kind === "span_ended").map((row) => [row.span_id, row]));
  return events.flatMap((row) => {
    const [above, closed] = [starts.get(row.parent_span_id), ends.get(row.parent_span_id)];
    if (row.span_kind === null || !above || !closed) return [];
    const end = row.kind === "span_started" ? Number(ends.get(row.span_id)?.time_us) : endOf(row);
    return [
      ...(startOf(row) < startOf(above) ? [`L4: ${row.path} starts ${startOf(above) - startOf(row)} us before what it is in`] : []),
      ...(end > Number(closed.time_us) ? [`L4: ${row.path} ends ${end - Number(closed.time_us)} us after what it is in`] : []),
    ];
  });
}

function tokens(events: readonly Row[]): readonly string[] {
  return events.flatMap((row) => {
    const counts = [row.input_tokens, row.cached_tokens, row.output_tokens, row.reasoning_tokens];
    if (row.kind === "llm_call" && row.status === "ok")
      return counts.every((count) => count !== null && count >= 0) || counts.every((count) => count === null)
        ? []
        : [`L5: ${row.path} has no tokens`];
    return counts.every((count) => count === null) ? [] : [`L5: ${row.path} (${row.kind}) has tokens`];
  });
}

function protocol(events: readonly Row[]): readonly string[] {
  const calls = events.filter(({ kind }) => kind === "tool_call");
  const synthetic = new Set(calls.filter(({ span_kind }) => span_kind === "synthetic").map(({ path }) => path));
  const finishes = calls.filter((row) => row.tool_name === "finish" && row.status === "ok").map(({ path }) => path ?? "");
  const asked = events.filter((row) => row.kind === "llm_call" && !row.name?.startsWith("llm:react_"));
  const ended = new Set(events.filter((row) => row.kind === "span_ended" && row.status === "ok").map(({ path }) => path));
  return [
    ...asked.flatMap(({ path }) => {
      const op = path?.replace(/:\d+$/, "");
      const finish = ended.has(op ?? "") && !synthetic.has(`${op}:finish`) ? [`L6: ${op} has no finish`] : [];
      return synthetic.has(`${op}:start`) ? finish : [`L6: ${op} has no start`];
    }),
    ...events.flatMap(({ kind, path, detail }) =>
      kind === "loop_complete" && detail?.includes('"status":"done"') && !finishes.some((finish) => finish.startsWith(`${path}:`))
        ? [`L6: ${path} completed without a finish`]
        : [],
    ),
  ];
}

function startOf(row: Row): number {
  return Number(row.start_us ?? row.time_us);
}

function endOf(row: Row): number {
  return Number(row.end_us ?? row.time_us);
}
