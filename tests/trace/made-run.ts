/** Runs made by hand, for tests of the log and of the store. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonical } from "../../compiler/ir/json.ts";
import { type Message, textParts } from "../../runtime/3-task/task.ts";
import { type LogWriter, openLog, type Said } from "../../runtime/4-trace/log.ts";
import { createRecorder, type Recorder } from "../../runtime/4-trace/recorder.ts";

const folders: string[] = [];

/** A folder of its own, until `removeFolders`. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tama-trace-"));
  folders.push(folder);
  return folder;
}

/** Ends the folders of a test file. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
}

/** A run's id from one hex digit. */
export function idOf(digit: string): string {
  return digit.repeat(32);
}

/** Opens a log that must open. */
export function mustOpen(dir: string, traceId = idOf("a")): LogWriter {
  const opened = openLog(dir, traceId);
  if (opened.kind === "open") return opened.log;
  throw new Error(opened.diagnostic.message);
}

/** An event with a bit of everything: numbers, text beyond ASCII, nulls. */
export function eventOf(index: number): Said {
  const fields: Said = {
    kind: "tool_call",
    path: `root@1/react:${index}.1`,
    time_us: 1_700_000_000_000_000 + index,
    iteration: index,
    text: `é🙂 ${index}`,
  };
  return index % 3 === 0
    ? { ...fields, temperature: index / 4, key: "" }
    : { ...fields, detail: '{"a":"\\u0000\\n"}', input_tokens: 2 ** 40 + index };
}

/** A recorder for a run under `stateDir`, whose clock starts at `startUs` and ticks five milliseconds per look. */
export function recordRun(stateDir: string, traceId: string, options: { startUs?: number; texts?: "full" | "hash" } = {}): Recorder {
  let now = options.startUs ?? 1_700_000_000_000_000;
  const nowUs = () => {
    now += 5000;
    return now;
  };
  return createRecorder({ log: mustOpen(join(stateDir, "runs", traceId), traceId), traceId, nowUs, texts: options.texts ?? "full" });
}

/** A small whole run: an agent asks twice, with a tool call between, writes state, and ends. */
export function smallRun(stateDir: string, traceId: string, options: { startUs?: number; texts?: "full" | "hash" } = {}): void {
  const recorder = recordRun(stateDir, traceId, options);
  startRun(recorder);
  const base = options.startUs ?? 1_700_000_000_000_000;
  const [system, begin]: readonly Message[] = [
    { role: "system", parts: textParts("Be brief.") },
    { role: "user", parts: textParts("Begin.") },
  ];
  const answer = { text: "", calls: [{ name: "tama_mem_set", args: '{"key":"k","value":"v"}' }] };
  const asked: Message = {
    role: "assistant",
    parts: textParts(""),
    calls: [{ id: "t1.1", name: "tama_mem_set", args: '{"key":"k","value":"v"}' }],
  };
  const told: Message = { role: "tool", call: "t1.1", parts: textParts("stored 'k'") };
  if (!system || !begin) throw new Error("no messages");
  const call = {
    kind: "llm_call",
    parent: "writer@1",
    name: "llm:react_1",
    span_kind: "llm",
    status: "ok",
    model: "small",
    provider: "sim",
    role: "thinker",
    temperature: 0.5,
  } as const;
  recorder.event({
    ...call,
    path: "writer@1/react:1",
    prev: "writer@1",
    iteration: 1,
    start_us: base + 10_000,
    end_us: base + 30_000,
    input_tokens: 100,
    cached_tokens: 20,
    output_tokens: 7,
    reasoning_tokens: 3,
    input_hash: recorder.messages([system, begin]),
    value_hash: recorder.text(canonical(answer)),
  });
  recorder.event({
    kind: "tool_call",
    path: "writer@1/react:1.1",
    parent: "writer@1",
    prev: "writer@1/react:1",
    name: "tool:tama_mem_set",
    span_kind: "tool",
    tool_name: "tama_mem_set",
    status: "ok",
    start_us: base + 30_000,
    end_us: base + 31_000,
    input_hash: recorder.text('{"key":"k","value":"v"}'),
    value_hash: recorder.text("stored 'k'"),
  });
  recorder.event({
    kind: "state_set",
    path: "writer@1/react:1.1",
    parent: "writer@1",
    key: "k",
    version: 1,
    value_hash: recorder.text('"v"'),
  });
  recorder.event({
    ...call,
    name: "llm:react_2",
    path: "writer@1/react:2",
    prev: "writer@1/react:1.1",
    iteration: 2,
    start_us: base + 40_000,
    end_us: base + 90_000,
    input_tokens: 200,
    output_tokens: 9,
    input_hash: recorder.messages([system, begin, asked, told]),
    value_hash: recorder.text(canonical({ text: "All done.", calls: [] })),
  });
  endRun(recorder, "All done.");
}

/** The rows that open a run. */
export function startRun(recorder: Recorder): void {
  const detail = canonical({ entry: "writer", plan: "sha256:00" });
  recorder.event({ kind: "run_started", path: "writer@1", input_hash: recorder.text("Write a line.\nOr two."), detail });
  recorder.event({ kind: "span_started", path: "writer@1", name: "agent:writer:react", span_kind: "agent" });
}

/** The rows that end a run well, and the end of its log. */
export function endRun(recorder: Recorder, output: string): void {
  recorder.event({ kind: "span_ended", path: "writer@1", status: "ok", key: "done", value_hash: recorder.text(output) });
  recorder.event({ kind: "run_ended", path: "writer@1", status: "ok", key: "done", value_hash: recorder.text(output) });
  recorder.close();
}
