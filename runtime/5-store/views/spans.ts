import { fromLog, lastPerSpan, type View } from "./view.ts";

const ids = ["span_id", "parent_span_id", "prev_span_id", "node_id", "trace_id", "name"] as const;

/** Agents and what they did, as a tree in time. */
export const spans: View = {
  row: "a piece of work: an agent, a model call, a tool call, a worker's run, a wait",
  columns: {
    ...fromLog(...ids),
    kind: "agent, llm, tool, code, wait or synthetic (what plain text stands for in the protocol)",
    start_ms: "start, milliseconds since 1970",
    end_ms: "end, milliseconds since 1970; null while it has not ended",
    seq: "its event's number in the run",
    ...fromLog("path"),
    status: "ok, failed, cancelled or refused; null while it has not ended",
    duration_ms: "end less start, to the microsecond",
    ...fromLog("key", "code", "message", "iteration", "thread", "start_us", "end_us", "input_hash", "value_hash"),
  },
  query: `
    WITH leaf AS ${lastPerSpan("llm_call", "tool_call", "code_call", "wait_answer")},
    started AS ${lastPerSpan("span_started")},
    ended AS ${lastPerSpan("span_ended")},
    every AS (
      SELECT s.span_id, s.parent_span_id, s.prev_span_id, s.node_id, s.trace_id, s.name, s.span_kind AS kind,
        coalesce(s.start_us, s.time_us) AS start_us, coalesce(e.end_us, e.time_us) AS end_us, s.seq, s.path, s.iteration, s.thread,
        e.status, e.key, e.code, e.message, s.input_hash, e.value_hash
      FROM started s LEFT JOIN ended e ON e.trace_id = s.trace_id AND e.span_id = s.span_id AND e.seq > s.seq
      UNION ALL
      SELECT span_id, parent_span_id, prev_span_id, node_id, trace_id, name, span_kind, coalesce(start_us, time_us), coalesce(end_us, time_us), seq,
        path, iteration, thread, status, key, code, message, input_hash, value_hash
      FROM leaf)
    SELECT span_id, parent_span_id, prev_span_id, node_id, trace_id, name, kind, start_us // 1000 AS start_ms, end_us // 1000 AS end_ms, seq,
      path, status, (end_us - start_us) / 1000 AS duration_ms, key, code, message, iteration, thread, start_us, end_us, input_hash, value_hash
    FROM every`,
};
