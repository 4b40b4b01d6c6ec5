/** Runs made by hand, for tests of the log and of the store. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonical } from "../../compiler/ir/json.ts";
import { type Message, textParts } from "../../runtime/3-task/task.ts";
import { type LogWriter, openLog, type Said } from "../../runtime/4-trace/log.ts";
import { createRecorder, type Recorder } from "../../runtime/4-trace/recorder.ts";
import { checked } from "../../runtime/4-trace/wal.ts";

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
  const base = (options.startUs ?? 1_700_000_000_000_000) + 10_000;
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

/** A run with all kinds of trouble: an attempt that runs out of turns, then one that is repaired, refused, warned and shortened, and succeeds. */
export function troubledRun(stateDir: string, traceId: string): void {
  const recorder = recordRun(stateDir, traceId);
  const base = 1_700_000_000_000_000;
  const at = (fromMs: number, toMs: number) => ({ start_us: base + fromMs * 1000, end_us: base + toMs * 1000 });
  const detail = canonical({ entry: "writer", plan: "sha256:00" });
  recorder.event({ kind: "run_started", path: "writer@1", time_us: base, input_hash: recorder.text("Try."), detail });
  const agent = { name: "agent:writer:react", span_kind: "agent" } as const;
  const under = { parent: "writer@2", name: "llm:react", span_kind: "llm", provider: "sim", model: "small", status: "ok" } as const;
  const tool = { kind: "tool_call", parent: "writer@2", span_kind: "tool" } as const;

  recorder.event({ kind: "span_started", path: "writer@1", time_us: base, ...agent });
  const failure = { status: "failed", code: "model", message: "500 down" } as const;
  recorder.event({ kind: "llm_call", path: "writer@1/react:1", ...under, parent: "writer@1", iteration: 1, ...at(1, 2), ...failure });
  recorder.event({
    kind: "span_ended",
    path: "writer@1",
    time_us: base + 5000,
    status: "failed",
    code: "max-turns",
    message: "out of turns",
  });

  recorder.event({ kind: "span_started", path: "writer@2", time_us: base + 10_000, ...agent });
  recorder.event({ kind: "llm_call", path: "writer@2/react:1", ...under, iteration: 1, ...at(20, 30), input_tokens: 10, output_tokens: 5 });
  recorder.event({ kind: "attempt", path: "writer@2/react:1", attempt: 1, status: "failed", message: "429 slow down", ...at(20, 22) });
  recorder.event({ kind: "attempt", path: "writer@2/react:1", attempt: 2, status: "ok", ...at(23, 30) });
  const again = { parent: "writer@2", message: "the model answered nothing", detail: canonical({ attempt: 1 }) };
  recorder.event({ kind: "empty_completion_retry", path: "writer@2/react:1", ...again });
  recorder.event({ kind: "llm_call", path: "writer@2/react:2", ...under, iteration: 2, ...at(30, 40), input_tokens: 10, cached_tokens: 6 });
  recorder.event({
    ...tool,
    path: "writer@2/react:2.1",
    name: "tool:tama_bash",
    tool_name: "tama_bash",
    status: "refused",
    message: "not granted",
    ...at(40, 41),
  });
  recorder.event({ kind: "tool_rejected", path: "writer@2/react:2.1", parent: "writer@2", tool_name: "tama_bash", message: "not granted" });
  recorder.event({
    ...tool,
    path: "writer@2/react:2.2",
    name: "tool:tama_bash",
    tool_name: "tama_bash",
    status: "failed",
    message: "exit 1",
    ...at(41, 61),
  });
  recorder.event({
    ...tool,
    path: "writer@2/react:2.3",
    name: "tool:tama_mem_set",
    tool_name: "tama_mem_set",
    status: "ok",
    ...at(61, 66),
  });
  recorder.event({
    ...tool,
    path: "writer@2/react:2.4",
    name: "tool:finish",
    tool_name: "finish",
    status: "refused",
    message: "`maybe` is no key",
    ...at(66, 66),
  });
  recorder.event({
    kind: "tool_rejected",
    path: "writer@2/react:2.4",
    parent: "writer@2",
    tool_name: "finish",
    message: "`maybe` is no key",
  });
  recorder.event({
    kind: "schema_retry",
    path: "writer@2/react:2",
    parent: "writer@2",
    message: "`maybe` is no key",
    detail: canonical({ attempt: 1 }),
  });
  recorder.event({ kind: "loop_intervention", path: "writer@2/react:2.2", parent: "writer@2", tool_name: "tama_bash" });
  recorder.event({ kind: "context_compaction", path: "writer@2/react:3", parent: "writer@2" });
  recorder.event({ kind: "phase_change", path: "writer@2/choose", parent: "writer@2", key: "next" });
  recorder.event({
    kind: "llm_call",
    path: "writer@2/react:3",
    ...under,
    iteration: 3,
    ...at(70, 80),
    input_tokens: 10,
    reasoning_tokens: 8,
  });
  recorder.event({
    kind: "schema_retry",
    path: "writer@2/react:3",
    parent: "writer@2",
    message: "`done` is no key",
    detail: canonical({ attempt: 2 }),
  });
  recorder.event({
    kind: "llm_call",
    path: "writer@2/react:4",
    ...under,
    iteration: 4,
    ...at(80, 90),
    input_tokens: 10,
    output_tokens: 10,
  });
  const written = { parent: "writer@2", path: "writer@2/react:2.3", key: "report.md" } as const;
  recorder.event({ kind: "artifact_written", ...written, version: 1, value_hash: "sha256:01", detail: canonical({ size: 12 }) });
  recorder.event({ kind: "artifact_deleted", ...written, version: 2, old_hash: "sha256:01", detail: canonical({ size: 0 }) });
  const synthetic = { kind: "tool_call", parent: "writer@2", name: "tool:finish", span_kind: "synthetic", tool_name: "finish" } as const;
  recorder.event({ ...synthetic, path: "writer@2/react:finish", status: "ok", ...at(90, 90) });
  recorder.event({
    kind: "loop_complete",
    path: "writer@2/react",
    parent: "writer@2",
    iteration: 4,
    detail: canonical({ status: "done" }),
  });
  recorder.event({ kind: "span_ended", path: "writer@2", time_us: base + 310_000, status: "ok", key: "done" });
  recorder.event({
    kind: "run_ended",
    path: "writer@2",
    time_us: base + 310_000,
    status: "ok",
    key: "done",
    value_hash: recorder.text("At last."),
  });
  recorder.close();
}

/** A run that forks into a fast and a slow branch, and joins: 100 ms, of which the slow one takes 60, and the join 30. */
export function forkedRun(stateDir: string, traceId: string): void {
  const recorder = recordRun(stateDir, traceId);
  const base = 1_700_000_000_000_000;
  const span = (path: string, name: string, around: object, [from, to]: readonly [number, number]) => {
    recorder.event({ kind: "span_started", path, name, span_kind: "agent", time_us: base + from * 1000, ...around });
    recorder.event({ kind: "span_ended", path, status: "ok", key: "done", time_us: base + to * 1000 });
  };
  const leaf = (kind: "llm_call" | "code_call", path: string, parent: string, [from, to]: readonly [number, number]) => {
    const model = { name: "llm:oneshot", span_kind: "llm", provider: "sim", model: "small", input_tokens: 10, output_tokens: 1 } as const;
    const what = kind === "llm_call" ? model : ({ name: "code:join", span_kind: "code" } as const);
    recorder.event({ kind, path, parent, status: "ok", ...what, start_us: base + from * 1000, end_us: base + to * 1000 });
  };
  const detail = canonical({ entry: "main", plan: "sha256:01" });
  recorder.event({ kind: "run_started", path: "main@1", time_us: base, input_hash: recorder.text("Fork."), detail });
  span("main@1", "agent:main:parallel", {}, [0, 100]);
  const inMain = { parent: "main@1", prev: "main@1" };
  span("main@1/left@1", "agent:left:oneshot", inMain, [5, 25]);
  leaf("llm_call", "main@1/left@1/ask:1", "main@1/left@1", [10, 20]);
  span("main@1/right@1", "agent:right:oneshot", inMain, [5, 65]);
  leaf("llm_call", "main@1/right@1/ask:1", "main@1/right@1", [10, 60]);
  leaf("code_call", "main@1/join", "main@1", [65, 95]);
  recorder.event({
    kind: "run_ended",
    path: "main@1",
    time_us: base + 100_000,
    status: "ok",
    key: "done",
    value_hash: recorder.text("Joined."),
  });
  recorder.close();
}

/** Changes lines of a log, as if they had been written so. */
export function rewriteLines(file: string, change: (line: string) => string): void {
  const lines = readFileSync(file, "utf8").match(/^[[{].*\n/gm) ?? [];
  writeFileSync(file, lines.map((line) => checked(change(line))).join(""));
}
