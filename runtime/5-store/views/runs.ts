import { buckets, fromLog, type View } from "./view.ts";

const counted = ["llm_calls", "tool_calls", ...buckets];

/** The runs, and the sessions, which are runs without a plan: what was asked, how it ended, what was spent. What a resume did again was spent again; what came from a record was not. */
export const runs: View = {
  row: "a run, or a session",
  columns: {
    trace_id: "its id, 32 hex digits",
    timestamp: "when it started, milliseconds since 1970",
    entrypoint: "the agent that it started with; `session` for a session",
    task: "its input",
    status: "running, ok, error, limit, waiting, uncertain or interrupted",
    output: "its result; null until it ended well",
    duration_ms: "time at work, all processes that took part added up",
    key: "the routing key that it ended with",
    code: "why it failed: a failure code",
    message: "why it failed, in a sentence",
    llm_calls: "model calls, failed ones too",
    tool_calls: "tool calls, `start` and `finish` too",
    ...fromLog(...buckets),
    cost_usd: "what it cost by the plan's prices, in US dollars; null where none is told",
    segments: "how many processes took part: one, and one more for each resume",
    plan: "digest of its plan",
    detail: "what the start of the run tells, as JSON: models, notes, digests",
  },
  query: `
    WITH marks AS (SELECT *, starts_with(kind, 'session') AS session
      FROM log WHERE kind IN ('run_started', 'run_ended', 'session_created', 'session_loaded', 'session_saved')),
    first AS (SELECT * FROM marks WHERE kind IN ('run_started', 'session_created')
      QUALIFY row_number() OVER (PARTITION BY trace_id ORDER BY seq) = 1),
    last AS (SELECT m.* FROM marks m JOIN first f ON f.trace_id = m.trace_id AND f.session = m.session
      QUALIFY row_number() OVER (PARTITION BY m.trace_id ORDER BY m.seq DESC) = 1),
    active AS (SELECT trace_id, CAST(sum(us) // 1000 AS BIGINT) AS ms, count(*) AS segments
      FROM (SELECT trace_id, max(time_us) - min(time_us) AS us FROM log GROUP BY trace_id, segment) GROUP BY trace_id),
    spent AS (SELECT trace_id, count(*) FILTER (kind = 'llm_call') AS llm_calls, count(*) FILTER (kind = 'tool_call') AS tool_calls,
      ${buckets.map((name) => `CAST(coalesce(sum(${name}) FILTER (source IS NULL), 0) AS BIGINT) AS ${name}`).join(", ")},
      sum(cost_usd) FILTER (source IS NULL) AS cost_usd
      FROM log WHERE kind IN ('llm_call', 'tool_call') GROUP BY trace_id),
    said AS (SELECT trace_id, hash, any_value(text) AS text FROM log
      WHERE kind = 'text' AND hash IN (SELECT input_hash FROM first UNION ALL SELECT value_hash FROM last) GROUP BY trace_id, hash)
    SELECT first.trace_id, first.time_us // 1000 AS timestamp, coalesce(first.detail ->> '$.entry', first.path) AS entrypoint, task.text AS task,
      CASE WHEN last.kind IN ('run_ended', 'session_saved') THEN last.status WHEN loaded.live THEN 'running' ELSE 'interrupted' END AS status,
      output.text AS output, active.ms AS duration_ms, last.key, last.code, last.message,
      ${counted.map((name) => `coalesce(spent.${name}, 0) AS ${name}`).join(", ")}, spent.cost_usd,
      active.segments, first.detail ->> '$.plan' AS plan, first.detail
    FROM first JOIN last USING (trace_id) JOIN active USING (trace_id) JOIN loaded USING (trace_id)
    LEFT JOIN spent USING (trace_id)
    LEFT JOIN said task ON task.trace_id = first.trace_id AND task.hash = first.input_hash
    LEFT JOIN said output ON last.kind = 'run_ended' AND output.trace_id = last.trace_id AND output.hash = last.value_hash`,
};
