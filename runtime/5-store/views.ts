const buckets = ["input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens"];

/**
 * What people query. Where the Rust tama had a table, its columns come first, under its names; times are milliseconds since
 * 1970. Of a step that a resume did again the last record counts; `runs` counts what was spent, so it counts all.
 */
export const views = {
  texts: "SELECT hash, any_value(text) AS text, trace_id FROM log WHERE kind = 'text' GROUP BY trace_id, hash",

  messages: `
    SELECT m.hash, any_value(m.parent_hash) AS parent_hash, any_value(m.role) AS role, any_value(c.text) AS content,
      any_value(k.text) AS calls, any_value(m.key) AS call, any_value(m.system_hash) AS system_hash, m.trace_id
    FROM log m
    LEFT JOIN texts c ON c.trace_id = m.trace_id AND c.hash = m.value_hash
    LEFT JOIN texts k ON k.trace_id = m.trace_id AND k.hash = m.input_hash
    WHERE m.kind = 'message' GROUP BY m.trace_id, m.hash`,

  runs: `
    WITH first AS (SELECT * FROM log WHERE kind = 'run_started' QUALIFY row_number() OVER (PARTITION BY trace_id ORDER BY seq) = 1),
    last AS (SELECT * FROM log WHERE kind IN ('run_started', 'run_ended') QUALIFY row_number() OVER (PARTITION BY trace_id ORDER BY seq DESC) = 1),
    active AS (SELECT trace_id, CAST(sum(us) // 1000 AS BIGINT) AS ms, count(*) AS segments
      FROM (SELECT trace_id, max(time_us) - min(time_us) AS us FROM log GROUP BY trace_id, segment) GROUP BY trace_id),
    spent AS (SELECT trace_id, count(*) FILTER (kind = 'llm_call') AS llm_calls, count(*) FILTER (kind = 'tool_call') AS tool_calls,
      ${buckets.map((name) => `CAST(coalesce(sum(${name}), 0) AS BIGINT) AS ${name}`).join(", ")}
      FROM log WHERE kind IN ('llm_call', 'tool_call') GROUP BY trace_id)
    SELECT first.trace_id, first.time_us // 1000 AS timestamp, coalesce(first.detail ->> '$.entry', first.path) AS entrypoint, task.text AS task,
      CASE WHEN last.kind = 'run_ended' THEN last.status WHEN loaded.live THEN 'running' ELSE 'interrupted' END AS status,
      output.text AS output, active.ms AS duration_ms, last.key, last.code, last.message,
      ${["llm_calls", "tool_calls", ...buckets].map((name) => `coalesce(spent.${name}, 0) AS ${name}`).join(", ")},
      active.segments, first.detail ->> '$.plan' AS plan, first.detail
    FROM first JOIN last USING (trace_id) JOIN active USING (trace_id) JOIN loaded USING (trace_id)
    LEFT JOIN spent USING (trace_id)
    LEFT JOIN texts task ON task.trace_id = first.trace_id AND task.hash = first.input_hash
    LEFT JOIN texts output ON last.kind = 'run_ended' AND output.trace_id = last.trace_id AND output.hash = last.value_hash`,

  spans: `
    WITH leaf AS (SELECT * FROM log WHERE kind IN ('llm_call', 'tool_call', 'code_call', 'wait_answer')
      QUALIFY row_number() OVER (PARTITION BY trace_id, span_id ORDER BY seq DESC) = 1),
    started AS (SELECT * FROM log WHERE kind = 'span_started' QUALIFY row_number() OVER (PARTITION BY trace_id, span_id ORDER BY seq DESC) = 1),
    ended AS (SELECT * FROM log WHERE kind = 'span_ended' QUALIFY row_number() OVER (PARTITION BY trace_id, span_id ORDER BY seq DESC) = 1),
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

  llm_calls: `
    SELECT l.span_id, l.trace_id, l.model, l.temperature, system.text AS system_prompt,
      CASE WHEN json_valid(answer.text) THEN answer.text ->> '$.text' END AS response,
      l.input_tokens, l.output_tokens, (l.end_us - l.start_us) // 1000 AS duration_ms, l.role,
      l.provider, l.status, l.code, l.message, l.cached_tokens, l.reasoning_tokens, l.path, l.iteration, l.seq, l.parent_span_id,
      CASE WHEN json_valid(answer.text) THEN answer.text -> '$.calls' END AS calls, l.input_hash, l.value_hash, l.content_key, l.thread, l.detail
    FROM (SELECT * FROM log WHERE kind = 'llm_call' QUALIFY row_number() OVER (PARTITION BY trace_id, span_id ORDER BY seq DESC) = 1) l
    LEFT JOIN (SELECT DISTINCT trace_id, hash, system_hash FROM log WHERE kind = 'message') m ON m.trace_id = l.trace_id AND m.hash = l.input_hash
    LEFT JOIN texts system ON system.trace_id = l.trace_id AND system.hash = m.system_hash
    LEFT JOIN texts answer ON answer.trace_id = l.trace_id AND answer.hash = l.value_hash`,

  tool_calls: `
    SELECT l.span_id, l.trace_id, l.tool_name, args.text AS args_json, result.text AS result, (l.end_us - l.start_us) // 1000 AS duration_ms,
      l.status, l.code, l.message, l.path, l.iteration, l.seq, l.parent_span_id, l.input_hash, l.value_hash, l.content_key, l.thread, l.detail
    FROM (SELECT * FROM log WHERE kind = 'tool_call' QUALIFY row_number() OVER (PARTITION BY trace_id, span_id ORDER BY seq DESC) = 1) l
    LEFT JOIN texts args ON args.trace_id = l.trace_id AND args.hash = l.input_hash
    LEFT JOIN texts result ON result.trace_id = l.trace_id AND result.hash = l.value_hash`,

  state_versions: `
    SELECT l.trace_id, l.seq, l.key, l.version, l.overlay, l.kind = 'state_deleted' AS deleted, value.text AS value, old.text AS old_value,
      l.time_us // 1000 AS timestamp, l.path, l.span_id, l.parent_span_id
    FROM log l
    LEFT JOIN texts value ON value.trace_id = l.trace_id AND value.hash = l.value_hash
    LEFT JOIN texts old ON old.trace_id = l.trace_id AND old.hash = l.old_hash
    WHERE l.kind IN ('state_set', 'state_deleted')`,

  action_log: `
    SELECT v.seq, coalesce(v.parent_span_id, v.span_id) AS span_id, c.tool_name, v.key, v.old_value, v.trace_id, v.path, v.version, v.overlay
    FROM state_versions v LEFT JOIN tool_calls c ON c.trace_id = v.trace_id AND c.span_id = v.span_id`,

  attempts: `
    SELECT trace_id, span_id, attempt, status, code, message, start_us // 1000 AS start_ms, end_us // 1000 AS end_ms, path, seq, detail
    FROM log WHERE kind = 'attempt'`,

  events: `
    SELECT seq, trace_id, time_us // 1000 AS timestamp, kind, path, * EXCLUDE (seq, trace_id, kind, path, text, hash, parent_hash, system_hash)
    FROM log WHERE kind NOT IN ('text', 'message')`,
} as const satisfies Readonly<Record<string, string>>;
