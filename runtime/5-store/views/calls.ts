import { fromLog, lastPerSpan, type View } from "./view.ts";

const failedText = (table: string) => `CASE WHEN ${table}.status <> 'ok' THEN '[error: ' || ${table}.message || ']' END`;

/** The calls of models. */
export const llmCalls: View = {
  row: "a call of a model",
  columns: {
    ...fromLog("span_id", "trace_id", "model", "temperature"),
    system_prompt: "the system prompt of the request",
    response: "the text of the answer; of a failed call `[error: why]`, as in the Rust tama (`status` and `message` say it better)",
    ...fromLog("input_tokens", "output_tokens"),
    duration_ms: "whole milliseconds from request to answer, retries on the wire included",
    ...fromLog("role", "provider", "status", "code", "message", "cached_tokens", "reasoning_tokens", "path", "iteration", "seq"),
    ...fromLog("parent_span_id", "cost_usd"),
    calls: "the tool calls of the answer, as JSON",
    ...fromLog("input_hash", "value_hash", "content_key", "thread"),
    detail: "why the answer ended, and the model that the provider names, as JSON",
    ...fromLog("source", "source_run"),
  },
  query: `
    SELECT l.span_id, l.trace_id, l.model, l.temperature, system.text AS system_prompt,
      coalesce(CASE WHEN json_valid(answer.text) THEN answer.text ->> '$.text' END, ${failedText("l")}) AS response,
      coalesce(l.input_tokens, 0) AS input_tokens, coalesce(l.output_tokens, 0) AS output_tokens,
      (l.end_us - l.start_us) // 1000 AS duration_ms, l.role,
      l.provider, l.status, l.code, l.message, coalesce(l.cached_tokens, 0) AS cached_tokens, coalesce(l.reasoning_tokens, 0) AS reasoning_tokens,
      l.path, l.iteration, l.seq, l.parent_span_id, l.cost_usd,
      CASE WHEN json_valid(answer.text) THEN answer.text -> '$.calls' END AS calls, l.input_hash, l.value_hash, l.content_key, l.thread, l.detail,
      l.source, l.source_run
    FROM ${lastPerSpan("llm_call")} l
    LEFT JOIN (SELECT DISTINCT trace_id, hash, system_hash FROM log WHERE kind = 'message') m ON m.trace_id = l.trace_id AND m.hash = l.input_hash
    LEFT JOIN texts system ON system.trace_id = l.trace_id AND system.hash = m.system_hash
    LEFT JOIN texts answer ON answer.trace_id = l.trace_id AND answer.hash = l.value_hash`,
};

/** The calls of tools. */
export const toolCalls: View = {
  row: "a call of a tool; `start` and `finish` too, as the protocol has them",
  columns: {
    ...fromLog("span_id", "trace_id", "tool_name"),
    args_json: "the arguments as the model wrote them",
    result: "what the model was told",
    duration_ms: "whole milliseconds; null for a tool that answers at once",
    ...fromLog("status", "code", "message", "path", "iteration", "seq", "parent_span_id", "input_hash", "value_hash", "content_key"),
    ...fromLog("thread", "detail"),
  },
  query: `
    SELECT l.span_id, l.trace_id, l.tool_name, args.text AS args_json, result.text AS result, (l.end_us - l.start_us) // 1000 AS duration_ms,
      l.status, l.code, l.message, l.path, l.iteration, l.seq, l.parent_span_id, l.input_hash, l.value_hash, l.content_key, l.thread, l.detail
    FROM ${lastPerSpan("tool_call")} l
    LEFT JOIN texts args ON args.trace_id = l.trace_id AND args.hash = l.input_hash
    LEFT JOIN texts result ON result.trace_id = l.trace_id AND result.hash = l.value_hash`,
};

/** Requests on the wire, where a call took more than one or failed. */
export const attempts: View = {
  row: "a request on the wire, of a call that took more than one or failed",
  columns: {
    ...fromLog("trace_id", "span_id", "attempt"),
    status: "ok or failed",
    ...fromLog("code", "message"),
    start_ms: "start, milliseconds since 1970",
    end_ms: "end, milliseconds since 1970",
    ...fromLog("path", "seq"),
    detail: "the HTTP status, as JSON",
  },
  query: `
    SELECT trace_id, span_id, attempt, status, code, message, start_us // 1000 AS start_ms, end_us // 1000 AS end_ms, path, seq, detail
    FROM log WHERE kind = 'attempt'`,
};
