import { buckets, fromLog, type View } from "./view.ts";

/** What was spent, by model. */
export const cost: View = {
  row: "a model in a run: what it was asked, in tokens spent, those of a replay or a cache apart",
  columns: {
    trace_id: "the run",
    provider: "who answered",
    model: "the model asked for",
    calls: "calls, failed ones and those of resumes too",
    failed_calls: "calls that failed",
    ...fromLog(...buckets),
    total_tokens: "all four added up",
    cost_usd: "what it cost by the plan's prices, in US dollars; null where none is told",
    duration_ms: "time of the calls added up, side by side or not",
  },
  query: `
    SELECT trace_id, provider, model, count(*) AS calls, count(*) FILTER (status <> 'ok') AS failed_calls,
      ${buckets.map((name) => `CAST(coalesce(sum(${name}) FILTER (source IS NULL), 0) AS BIGINT) AS ${name}`).join(", ")},
      CAST(${buckets.map((name) => `coalesce(sum(${name}) FILTER (source IS NULL), 0)`).join(" + ")} AS BIGINT) AS total_tokens,
      sum(cost_usd) FILTER (source IS NULL) AS cost_usd,
      coalesce(sum(end_us - start_us), 0) / 1000 AS duration_ms
    FROM log WHERE kind = 'llm_call' GROUP BY trace_id, provider, model`,
};

/** What was done again, and why. */
export const retries: View = {
  row: "something that was done again",
  columns: {
    ...fromLog("trace_id", "seq"),
    timestamp: "when, milliseconds since 1970",
    kind: "transport (a request on the wire), schema (an answer of the wrong type or key), empty (an empty answer) or agent (one that failed, or was sent back)",
    path: "what was done again",
    attempt: "which attempt was not the last, from 1",
    reason: "why",
  },
  query: `
    WITH wire AS (SELECT *, lead(attempt) OVER (PARTITION BY trace_id, span_id ORDER BY seq) AS next FROM log WHERE kind = 'attempt'),
    agents AS (SELECT trace_id, seq, time_us, path, node_id, TRY_CAST(regexp_extract(path, '@([0-9]+)$', 1) AS INTEGER) AS attempt,
      FROM log WHERE kind = 'span_started')
    SELECT trace_id, seq, time_us // 1000 AS timestamp, 'transport' AS kind, path, attempt, message AS reason
    FROM wire WHERE status <> 'ok' AND next = attempt + 1
    UNION ALL
    SELECT trace_id, seq, time_us // 1000, CASE kind WHEN 'schema_retry' THEN 'schema' ELSE 'empty' END, path,
      CAST(detail ->> '$.attempt' AS INTEGER), message
    FROM log WHERE kind IN ('schema_retry', 'empty_completion_retry')
    UNION ALL
    SELECT a.trace_id, a.seq, a.time_us // 1000, 'agent', a.path, a.attempt - 1,
      CASE failed.status WHEN 'ok' THEN 'a person sent it back' ELSE failed.message END
    FROM agents a LEFT JOIN log failed ON failed.kind = 'span_ended' AND failed.trace_id = a.trace_id
      AND failed.path = regexp_replace(a.path, '@[0-9]+$', '@' || (a.attempt - 1))
    WHERE a.attempt > 1`,
};

/** How well tools work, over all runs. */
export const toolReliability: View = {
  row: "a tool, over all runs",
  columns: {
    tool_name: "the tool",
    runs: "runs that called it",
    calls: "calls",
    ok: "calls that worked",
    failed: "calls that ran and failed",
    refused: "calls that were not run: not granted, locked, unknown, or wrong arguments",
    cancelled: "calls that were stopped",
    failure_rate: "failed among those that ran to an end, 0 to 1; null where none did",
    median_ms: "median duration of those that worked; null for a tool that answers at once",
    p95_ms: "what 95 in 100 of those did not exceed",
    last_error: "why the last one that did not work did not",
  },
  query: `
    SELECT tool_name, count(DISTINCT trace_id) AS runs, count(*) AS calls, ${["ok", "failed", "refused", "cancelled"]
      .map((status) => `count(*) FILTER (status = '${status}') AS ${status}`)
      .join(", ")},
      count(*) FILTER (status = 'failed') / nullif(count(*) FILTER (status IN ('ok', 'failed')), 0) AS failure_rate,
      median((end_us - start_us) / 1000) FILTER (status = 'ok') AS median_ms,
      quantile_cont((end_us - start_us) / 1000, 0.95) FILTER (status = 'ok') AS p95_ms,
      arg_max(message, time_us) FILTER (status <> 'ok') AS last_error
    FROM log WHERE kind = 'tool_call' AND span_kind = 'tool' GROUP BY tool_name`,
};
