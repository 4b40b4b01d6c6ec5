/** How long the views take over 100,000 events, or over a million with `--full`, as many times the scan of one column. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonical } from "../../compiler/ir/json.ts";
import { type Message, textParts } from "../../runtime/3-task/task.ts";
import { openLog } from "../../runtime/4-trace/log.ts";
import { createRecorder, type Recorder } from "../../runtime/4-trace/recorder.ts";
import { openStore, type Store } from "../../runtime/5-store/store.ts";
import { views } from "../../runtime/5-store/views.ts";

/** What this measures. */
export const name = "trace-queries";

const runs = 20;
const rowsPerItem = 10;
const body = "abcdefghij".repeat(30);

/** Measures, and prints a line per figure. */
export async function run(print: (line: string) => void, { full }: { readonly full: boolean }): Promise<void> {
  const state = mkdtempSync(join(tmpdir(), "tama-bench-"));
  try {
    mkdirSync(state, { recursive: true });
    for (let index = 0; index < runs; index += 1) writeRun(state, index, (full ? 1_000_000 : 100_000) / runs / rowsPerItem);
    const started = performance.now();
    const store = await openStore({ stateDir: state, waitMs: 0 });
    const loadMs = performance.now() - started;
    const events = await numberFrom(store, "SELECT count(*) FROM log");
    print(`${events} events of ${runs} runs: loaded in ${seconds(loadMs)}, ${Math.round((events * 1000) / loadMs)} rows/s`);
    await measureViews(store, print);
    store.close();
  } finally {
    rmSync(state, { recursive: true });
  }
}

/** A run that fans out: of each item an agent's span, a model call with its messages, a tool call and their texts. */
function writeRun(state: string, index: number, items: number): void {
  const traceId = index.toString(16).padStart(2, "0").repeat(16);
  const opened = openLog(join(state, "runs", traceId), traceId);
  if (opened.kind === "failed") throw new Error(opened.diagnostic.message);
  let now = 1_700_000_000_000_000 + index * 1_000_000_000;
  const nowUs = () => {
    now += 10;
    return now;
  };
  const recorder = createRecorder({ log: opened.log, traceId, nowUs, texts: "full" });
  const path = "main@1";
  recorder.event({ kind: "run_started", path, input_hash: recorder.text(`task ${index}`), detail: canonical({ entry: "main" }) });
  recorder.event({ kind: "span_started", path, name: "agent:main:scatter", span_kind: "agent" });
  for (let item = 1; item <= items; item += 1) writeItem(recorder, item, nowUs);
  recorder.event({ kind: "span_ended", path, status: "ok", key: "done" });
  recorder.event({ kind: "run_ended", path, status: "ok", key: "done" });
  recorder.close();
}

function writeItem(recorder: Recorder, item: number, nowUs: () => number): void {
  const path = `main@1/items[${item}]/worker@1`;
  const around = { parent: path, status: "ok" } as const;
  const messages: readonly Message[] = [
    { role: "system", parts: textParts("You work.") },
    { role: "user", parts: textParts(`item ${item} ${body}`) },
  ];
  const agent = { parent: "main@1", prev: "main@1", name: "agent:worker:react", span_kind: "agent" } as const;
  recorder.event({ kind: "span_started", path, ...agent, input_hash: recorder.text(`item ${item} ${body}`) });
  const start = nowUs();
  const model = { provider: "sim", model: item % 2 === 0 ? "small" : "large", input_tokens: 100, cached_tokens: 0, output_tokens: 20 };
  const call = { kind: "llm_call", path: `${path}/react:1`, prev: path, name: "llm:react_1", span_kind: "llm", iteration: 1 } as const;
  const answer = recorder.text(canonical({ text: `answer ${item} ${body}`, calls: [] }));
  recorder.event({
    ...around,
    ...call,
    ...model,
    start_us: start,
    end_us: nowUs(),
    input_hash: recorder.messages(messages),
    value_hash: answer,
  });
  const tool = { kind: "tool_call", prev: call.path, name: "tool:tama_mem_set", span_kind: "tool", tool_name: "tama_mem_set" } as const;
  const said = { input_hash: recorder.text(`arguments ${item}`), value_hash: recorder.text("stored") };
  recorder.event({ ...around, ...tool, path: `${call.path}.1`, start_us: nowUs(), end_us: nowUs(), ...said });
  recorder.event({ kind: "loop_complete", path: `${path}/react`, parent: path, iteration: 1, detail: canonical({ status: "done" }) });
  recorder.event({ kind: "span_ended", path, status: "ok", key: "done", value_hash: recorder.text(`done ${item}`) });
}

async function measureViews(store: Store, print: (line: string) => void): Promise<void> {
  const floor = await medianMs(store, "SELECT max(path) FROM log");
  print(`scan of one column: ${Math.round(floor)} ms; each view, all rows and columns, and one run of ${runs}:`);
  const one = `WHERE trace_id = '${"05".repeat(16)}'`;
  for (const [view, { columns }] of Object.entries(views)) {
    const all = await medianMs(
      store,
      `SELECT ${Object.keys(columns)
        .map((column) => `max(hash("${column}"))`)
        .join(", ")} FROM ${view}`,
    );
    const ofRun =
      "trace_id" in columns ? `, one run ${Math.round(await medianMs(store, `SELECT * FROM ${view} ${one} LIMIT 1000`))} ms` : "";
    print(`  ${view.padEnd(16)} ${String(Math.round(all)).padStart(6)} ms, ratio ${(all / floor).toFixed(1)}${ofRun}`);
  }
}

async function medianMs(store: Store, sql: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const started = performance.now();
    const result = await store.query(sql);
    if (result.kind === "failed") throw new Error(`${result.diagnostic.message}: ${sql}`);
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[1] ?? 0;
}

async function numberFrom(store: Store, sql: string): Promise<number> {
  const result = await store.query(sql);
  return result.kind === "ok" ? Number(result.rows[0]?.[0]) : Number.NaN;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
