/**
 * The one table of columns of a run's log: source of the Arrow schema, the DuckDB DDL, the write-ahead line and the docs.
 * Every event is one row of it; columns that an event has no use for are null.
 *
 * Classes: `identity` says what happened where, `content` what was said (both are equal for a replay), `clock` when,
 * `placement` on which machine, thread or file, and in which order.
 */
export interface Column {
  readonly type: "utf8" | "int64" | "int32" | "float64";
  readonly class: "identity" | "content" | "clock" | "placement";
  readonly unit?: "us" | "tokens" | "usd";
  readonly meaning: string;
  /** The OpenTelemetry attribute that says the same. @see OpenTelemetry GenAI semantic conventions */
  readonly otel?: string;
}

export const columns = {
  seq: { type: "int64", class: "placement", meaning: "the event's number in its run, from 1, across segments" },
  segment: { type: "int32", class: "placement", meaning: "which process wrote it: each that opens a run counts one up" },
  trace_id: { type: "utf8", class: "placement", meaning: "the run's id, 32 hex digits", otel: "trace_id" },
  time_us: { type: "int64", class: "clock", unit: "us", meaning: "when it happened, since 1970" },
  kind: { type: "utf8", class: "identity", meaning: "what happened: one of the event kinds" },
  path: { type: "utf8", class: "identity", meaning: "where in the run: the path of the call, op, turn or tool call" },
  span_id: { type: "utf8", class: "placement", meaning: "hash of trace_id and path, 16 hex digits", otel: "span_id" },
  parent_span_id: { type: "utf8", class: "placement", meaning: "the enclosing span", otel: "parent_span_id" },
  prev_span_id: {
    type: "utf8",
    class: "placement",
    meaning: "the step before it; its parent for a first step; siblings with the parent as prev ran in parallel",
  },
  node_id: { type: "utf8", class: "identity", meaning: "hash of the path without attempts, 16 hex digits" },
  name: {
    type: "utf8",
    class: "identity",
    meaning: "span name: agent:NAME:PATTERN, llm:STEP, tool:NAME, code:NAME, wait:CHANNEL; of a session's entry its author",
    otel: "name",
  },
  span_kind: { type: "utf8", class: "identity", meaning: "agent, llm, tool, code, wait or synthetic" },
  start_us: { type: "int64", class: "clock", unit: "us", meaning: "start of the work, on the thread that did it" },
  end_us: { type: "int64", class: "clock", unit: "us", meaning: "end of the work, on the thread that did it" },
  thread: { type: "int32", class: "placement", meaning: "the thread that did it, 0 for the main one" },
  status: { type: "utf8", class: "content", meaning: "ok, failed, cancelled or refused; for a run its status" },
  code: {
    type: "utf8",
    class: "content",
    meaning: "why it failed: a failure code; of a request on the wire its cause",
    otel: "error.type",
  },
  message: { type: "utf8", class: "content", meaning: "why it failed, in a sentence" },
  key: { type: "utf8", class: "content", meaning: "the routing key of an outcome; the name of a state entry, artifact or channel" },
  value_hash: { type: "utf8", class: "content", meaning: "digest of what came out: text among the rows of kind text" },
  old_hash: { type: "utf8", class: "content", meaning: "digest of the value before a write; null where there was none" },
  input_hash: { type: "utf8", class: "content", meaning: "digest of what went in: input, arguments, or the head of a request's messages" },
  content_key: { type: "utf8", class: "content", meaning: "journal key by content: equal keys may share a result" },
  provider: { type: "utf8", class: "content", meaning: "who answered", otel: "gen_ai.provider.name" },
  model: { type: "utf8", class: "content", meaning: "the model asked for", otel: "gen_ai.request.model" },
  role: { type: "utf8", class: "content", meaning: "the model's role in the plan; a message's role" },
  temperature: { type: "float64", class: "content", meaning: "sampling temperature asked for", otel: "gen_ai.request.temperature" },
  input_tokens: {
    type: "int64",
    class: "content",
    unit: "tokens",
    meaning: "prompt tokens, cached ones apart",
    otel: "gen_ai.usage.input_tokens",
  },
  cached_tokens: { type: "int64", class: "content", unit: "tokens", meaning: "prompt tokens read from the provider's cache" },
  output_tokens: {
    type: "int64",
    class: "content",
    unit: "tokens",
    meaning: "answer tokens, reasoning apart",
    otel: "gen_ai.usage.output_tokens",
  },
  cost_usd: {
    type: "float64",
    class: "placement",
    unit: "usd",
    meaning: "what the answer cost by the plan's price of its model, in US dollars; null where none is told",
  },
  reasoning_tokens: { type: "int64", class: "content", unit: "tokens", meaning: "hidden reasoning tokens" },
  tool_name: { type: "utf8", class: "identity", meaning: "the tool or worker called", otel: "gen_ai.tool.name" },
  iteration: { type: "int32", class: "identity", meaning: "turn of a react loop, iteration of a repeat, item of a map; from 1" },
  attempt: { type: "int32", class: "placement", meaning: "transport attempt, from 1" },
  version: { type: "int64", class: "content", meaning: "version of a state entry after a write, from 1" },
  overlay: { type: "utf8", class: "identity", meaning: "path of the parallel branch whose copy was written; null for the run's own state" },
  source: { type: "utf8", class: "placement", meaning: "where a result was taken from: replay or cache; null where the work was done" },
  source_run: { type: "utf8", class: "placement", meaning: "the run that a result was taken from" },
  hash: { type: "utf8", class: "content", meaning: "of a text: its digest; of a message: digest of parent, role and content" },
  parent_hash: { type: "utf8", class: "content", meaning: "of a message: the one before it in the request; null for the first" },
  system_hash: { type: "utf8", class: "content", meaning: "of a message: digest of the system prompt that its request opens with" },
  text: { type: "utf8", class: "content", meaning: "of a text: itself; null where a run keeps hashes only" },
  detail: { type: "utf8", class: "content", meaning: "what else an event of its kind tells, as JSON" },
} as const satisfies Readonly<Record<string, Column>>;

export type ColumnName = keyof typeof columns;

/** The columns in the order of the log. */
export const columnNames = Object.keys(columns) as readonly ColumnName[]; // Object.keys forgets the keys' type

/**
 * Event kinds. Journal: `run_started run_ended llm_call tool_call code_call wait_asked wait_answer intent decision`, state `state_set
 * state_deleted state_merged`. Spans: `span_started span_ended`. Texts: `text message`. The loop's own (Harn's names):
 * `tool_rejected loop_intervention context_compaction phase_change loop_complete schema_retry empty_completion_retry`.
 * Undoing: `file_saved` before a file is written, `rollback` where what lies under its path is undone, `rollback_undone` and
 * `rollback_conflict` for each file that was or was not, `rollback_lifted` where a resume does again what was undone.
 * A session's (Trace's names): `session_created session_loaded session_saved user_input system_note plan_created
 * plan_step_started plan_step_completed`, and the ones of state, artifacts and spans above.
 */
export const eventKinds = [
  "run_started",
  "run_ended",
  "span_started",
  "span_ended",
  "llm_call",
  "tool_call",
  "code_call",
  "wait_asked",
  "wait_answer",
  "intent",
  "decision",
  "attempt",
  "text",
  "message",
  "state_set",
  "state_deleted",
  "state_merged",
  "artifact_written",
  "artifact_deleted",
  "file_saved",
  "rollback",
  "rollback_undone",
  "rollback_conflict",
  "rollback_lifted",
  "tool_rejected",
  "loop_intervention",
  "context_compaction",
  "phase_change",
  "loop_complete",
  "schema_retry",
  "empty_completion_retry",
  "system_note",
  "user_input",
  "session_created",
  "session_loaded",
  "session_saved",
  "plan_created",
  "plan_step_started",
  "plan_step_completed",
] as const;

export type EventKind = (typeof eventKinds)[number];

/** Events that tell what one process did to the world, or had to try: a replay, which does nothing, tells none of them. */
export const placementKinds: ReadonlySet<string> = new Set<EventKind>([
  "attempt",
  "intent",
  "file_saved",
  "rollback_undone",
  "rollback_conflict",
  "rollback_lifted",
]);

/** What tells of loops and of what their models and tools did: Harn's `AgentTraceEvent`, where `llm_call` and `tool_call` are its `llm_call` and `tool_execution`. */
export const loopEventKinds = [
  "llm_call",
  "tool_call",
  "tool_rejected",
  "loop_intervention",
  "context_compaction",
  "phase_change",
  "loop_complete",
  "schema_retry",
  "empty_completion_retry",
] as const satisfies readonly EventKind[];

type Value<C extends Column> = C["type"] extends "utf8" ? string : number;

/** One event, as the log holds it: its columns, null where absent. */
export type Row = { readonly [C in ColumnName]: Value<(typeof columns)[C]> | null };

/**
 * An event as the scheduler and the loop tell it: only the columns that say something. The recorder adds `seq`, `segment`,
 * `trace_id`, `time_us`, `node_id`, and turns `path`, `parent` and `prev` into span ids.
 */
export type TraceEvent = { readonly kind: EventKind; readonly path: string; readonly parent?: string; readonly prev?: string } & {
  readonly [C in Exclude<
    ColumnName,
    "seq" | "segment" | "trace_id" | "kind" | "path" | "span_id" | "parent_span_id" | "prev_span_id" | "node_id"
  >]?: Value<(typeof columns)[C]> | null;
};
