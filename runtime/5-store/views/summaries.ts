import type { View } from "./view.ts";

/** What a summary tells: the fields of Harn's `agent_trace_summary`, then three that it does not have. */
const fields = {
  status: "done, failed, budget_exhausted (out of turns, or a limit), cancelled, interrupted, waiting, uncertain or running",
  iterations: "turns of react loops; where there is none, of the longest conversation",
  total_duration_ms: "how long it took",
  llm_calls: "model calls, failed ones and those of resumes too",
  tool_executions: "tool calls that ran; `start` and `finish` only carry the protocol and are not counted",
  tool_rejections: "tool calls that were refused, and the model was told why",
  interventions: "times that a loop was warned, blocked or skipped",
  compactions: "times that a conversation was shortened, with a summary or without",
  native_text_tool_fallbacks: "plain texts where a call of `finish` was due",
  native_text_tool_fallback_rejections: "such texts that could not stand for one, and went back for repair",
  empty_completion_retries: "empty answers that were asked for again",
  total_input_tokens: "prompt tokens, cached ones too",
  total_output_tokens: "answer tokens, reasoning too",
  total_llm_duration_ms: "time of model calls added up, side by side or not",
  total_tool_duration_ms: "time of tool calls added up, side by side or not",
  tools_used: "names of the tools that ran, sorted",
  schema_retries: "answers of the wrong type or key that went back for repair",
  phase_changes: "moves to another state of an fsm, step or round",
  total_cost_usd: "what it cost by the plan's prices, in US dollars; null where none is told",
} as const;

/** A summary per agent: what it did itself, not what the agents did that it called. */
export const agentSummaries: View = {
  row: "an agent of a run: what it did itself, apart from the agents that it called (Harn's `agent_trace_summary`)",
  columns: { trace_id: "the run", span_id: "the agent's span", agent: "its name", path: "where in the run", ...fields },
  query: `
    ${counts("trace_id, parent_span_id")}
    SELECT a.trace_id, a.span_id, split_part(a.name, ':', 2) AS agent, a.path,
      ${statusOf("a.status", "a.code", "r.status")} AS status, ${counted("a.duration_ms")}
    FROM spans a JOIN runs r ON r.trace_id = a.trace_id
    LEFT JOIN counts c ON c.trace_id = a.trace_id AND c.parent_span_id = a.span_id
    LEFT JOIN texts_for_calls f ON f.trace_id = a.trace_id AND f.parent_span_id = a.span_id
    WHERE a.kind = 'agent'`,
};

/** A summary per run. */
export const runSummaries: View = {
  row: "a run, with the fields of an agent's summary",
  columns: { trace_id: "the run", entrypoint: "the agent that it started with", ...fields },
  query: `
    ${counts("trace_id")}
    SELECT r.trace_id, r.entrypoint, ${statusOf("CASE WHEN r.status = 'error' THEN 'failed' ELSE r.status END", "r.code", "r.status")} AS status,
      ${counted("r.duration_ms")}
    FROM runs r LEFT JOIN counts c USING (trace_id) LEFT JOIN texts_for_calls f USING (trace_id)`,
};

/** Two tables, `counts` and `texts_for_calls`, by the columns of a group. An op with a synthetic `finish` but no `start` is a react loop that took a text for one. */
function counts(group: string): string {
  const ran = "kind = 'tool_call' AND status <> 'refused' AND tool_name NOT IN ('start', 'finish')";
  const events = (kind: string) => `count(*) FILTER (kind = '${kind}')`;
  const ms = (which: string) => `coalesce(sum(end_us - start_us) FILTER (${which}), 0) / 1000`;
  return `
    WITH counts AS (SELECT ${group},
      coalesce(sum(iteration) FILTER (kind = 'loop_complete'), max(iteration) FILTER (kind = 'llm_call'), 0) AS iterations,
      ${events("llm_call")} AS llm_calls, count(*) FILTER (${ran}) AS tool_executions, ${events("tool_rejected")} AS tool_rejections,
      ${events("loop_intervention")} AS interventions, ${events("context_compaction")} AS compactions,
      ${events("empty_completion_retry")} AS empty_completion_retries,
      coalesce(sum(input_tokens) FILTER (source IS NULL), 0) + coalesce(sum(cached_tokens) FILTER (source IS NULL), 0) AS total_input_tokens,
      coalesce(sum(output_tokens) FILTER (source IS NULL), 0) + coalesce(sum(reasoning_tokens) FILTER (source IS NULL), 0) AS total_output_tokens,
      sum(cost_usd) FILTER (source IS NULL) AS total_cost_usd,
      ${ms("kind = 'llm_call'")} AS total_llm_duration_ms, ${ms(ran)} AS total_tool_duration_ms,
      list_sort(list_distinct(list(tool_name) FILTER (${ran}))) AS tools_used,
      ${events("schema_retry")} AS schema_retries, ${events("phase_change")} AS phase_changes
      FROM log WHERE kind NOT IN ('text', 'message') GROUP BY ${group}),
    synthetic AS (SELECT trace_id, parent_span_id, regexp_replace(path, ':(start|finish)$', '') AS op, bool_or(tool_name = 'start') AS is_ask,
      bool_or(tool_name = 'finish') AS finished
      FROM log WHERE kind = 'tool_call' AND span_kind = 'synthetic' GROUP BY ALL),
    repaired AS (SELECT trace_id, parent_span_id, path, regexp_replace(path, ':[0-9]+$', '') AS op FROM log WHERE kind = 'schema_retry'),
    rejected AS (SELECT DISTINCT trace_id, regexp_replace(path, '[.][0-9]+$', '') AS path FROM log WHERE kind = 'tool_rejected' AND tool_name = 'finish'),
    texts_for_calls AS (SELECT ${group}, count(*) AS fallbacks, count(*) FILTER (rejection) AS rejections FROM (
      SELECT trace_id, parent_span_id, false AS rejection FROM synthetic WHERE finished AND NOT is_ask
      UNION ALL
      SELECT trace_id, parent_span_id, true FROM repaired
      ANTI JOIN rejected USING (trace_id, path) ANTI JOIN (SELECT * FROM synthetic WHERE is_ask) asked USING (trace_id, op)) GROUP BY ${group})`;
}

function counted(durationMs: string): string {
  const count = (name: string, table = "c") => `CAST(coalesce(${table}.${name}, 0) AS BIGINT)`;
  return [
    `${count("iterations")} AS iterations, CAST(${durationMs} AS DOUBLE) AS total_duration_ms`,
    ...["llm_calls", "tool_executions", "tool_rejections", "interventions", "compactions"].map((name) => `${count(name)} AS ${name}`),
    `${count("fallbacks", "f")} AS native_text_tool_fallbacks, ${count("rejections", "f")} AS native_text_tool_fallback_rejections`,
    ...["empty_completion_retries", "total_input_tokens", "total_output_tokens"].map((name) => `${count(name)} AS ${name}`),
    ...["total_llm_duration_ms", "total_tool_duration_ms"].map((name) => `CAST(coalesce(c.${name}, 0) AS DOUBLE) AS ${name}`),
    "coalesce(c.tools_used, []) AS tools_used",
    ...["schema_retries", "phase_changes"].map((name) => `${count(name)} AS ${name}`),
    "c.total_cost_usd",
  ].join(",\n      ");
}

/** Harn's words for how a loop ended. What has no end ended with the run's process. */
function statusOf(status: string, code: string, run: string): string {
  return `CASE WHEN ${status} = 'ok' THEN 'done'
        WHEN ${code} IN ('max-turns', 'limit') OR ${status} = 'limit' THEN 'budget_exhausted'
        ELSE coalesce(${status}, ${run}) END`;
}
