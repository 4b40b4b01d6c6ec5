import type { View } from "./view.ts";

/**
 * Why a run took as long as it did. From the end of a span backwards: its child that ended last, then the sibling that ended
 * last before that one began, and so on; the same within each of these. `self_ms` adds up to the duration of
 * the run's first agent, all its attempts. Siblings that are apart from all others in time are on it anyway; only within a cluster
 * of overlapping ones is a chain followed, so that thousands of steps one after the other cost no more than their number.
 * @see "CRISP: Critical Path Analysis of Large-Scale Microservice Architectures" (USENIX ATC 2022)
 */
export const criticalPath: View = {
  row: "a span that a run's end waited for; its `self_ms` shorter, and the run is shorter",
  columns: {
    trace_id: "the run",
    step: "its place in the order of starts, from 1",
    depth: "how many spans it is in",
    span_id: "the span",
    path: "where in the run",
    name: "its name",
    kind: "agent, llm, tool, code or wait",
    start_ms: "start after the run's, in milliseconds",
    duration_ms: "how long it took",
    self_ms: "how much of that was not time of the critical spans in it",
    share: "self_ms as a part of the whole, 0 to 1",
  },
  query: `
    WITH RECURSIVE timed AS MATERIALIZED (SELECT trace_id, span_id, parent_span_id, path, name, kind, start_us, end_us, seq FROM spans
      WHERE end_us > start_us OR parent_span_id IS NULL),
    siblings AS (SELECT *, coalesce(start_us >= max(end_us) OVER (others ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS apart
      FROM timed WHERE parent_span_id IS NOT NULL WINDOW others AS (PARTITION BY trace_id, parent_span_id ORDER BY start_us, seq)),
    clusters AS (SELECT *, max(CASE WHEN apart THEN start_us END) OVER starts AS cluster, apart AND coalesce(lead(apart) OVER starts, true) AS alone
      FROM siblings WINDOW starts AS (PARTITION BY trace_id, parent_span_id ORDER BY start_us, seq)),
    chains AS (SELECT trace_id, list_reduce(
        list_reverse_sort(list({'until': end_us, 'begin': start_us, 'seqs': [seq]})),
        lambda chain, span: CASE WHEN span.until <= chain.begin
          THEN {'until': chain.until, 'begin': span.begin, 'seqs': chain.seqs || span.seqs} ELSE chain END).seqs AS seqs
      FROM clusters WHERE NOT alone GROUP BY trace_id, parent_span_id, cluster),
    links AS MATERIALIZED (
      SELECT trace_id, parent_span_id, span_id, seq FROM clusters WHERE alone
      UNION ALL
      SELECT trace_id, t.parent_span_id, t.span_id, seq FROM (SELECT trace_id, unnest(seqs) AS seq FROM chains) JOIN timed t USING (trace_id, seq)),
    critical AS (
      SELECT trace_id, seq, span_id, 0 AS depth FROM timed WHERE parent_span_id IS NULL AND end_us IS NOT NULL
      UNION ALL
      SELECT l.trace_id, l.seq, l.span_id, c.depth + 1 FROM critical c JOIN links l ON l.trace_id = c.trace_id AND l.parent_span_id = c.span_id),
    found AS (SELECT t.*, c.depth, t.end_us - t.start_us AS us FROM critical c JOIN timed t USING (trace_id, span_id)),
    inner_us AS (SELECT trace_id, parent_span_id AS span_id, sum(us) AS us FROM found GROUP BY ALL),
    whole AS (SELECT trace_id, min(start_us) AS start_us, sum(us) AS us FROM found WHERE depth = 0 GROUP BY trace_id)
    SELECT f.trace_id, row_number() OVER (PARTITION BY f.trace_id ORDER BY f.start_us, f.depth, f.seq) AS step, f.depth, f.span_id, f.path, f.name, f.kind,
      (f.start_us - w.start_us) / 1000 AS start_ms, f.us / 1000 AS duration_ms, CAST(f.us - coalesce(i.us, 0) AS BIGINT) / 1000 AS self_ms,
      CASE WHEN w.us > 0 THEN CAST(f.us - coalesce(i.us, 0) AS DOUBLE) / w.us END AS share
    FROM found f JOIN whole w USING (trace_id) LEFT JOIN inner_us i USING (trace_id, span_id)`,
};
