import { fromLog, lastPerSpan, type View } from "./view.ts";

/** Shared memory, write by write. */
export const stateVersions: View = {
  row: "a write to shared memory",
  columns: {
    ...fromLog("trace_id", "seq"),
    key: "the entry",
    ...fromLog("version", "overlay"),
    deleted: "whether the write was a deletion",
    value: "the new value, as JSON",
    old_value: "the value before, as JSON; null where there was none",
    timestamp: "when, milliseconds since 1970",
    path: "the tool call that wrote",
    ...fromLog("span_id"),
    parent_span_id: "the agent that wrote",
  },
  query: `
    SELECT l.trace_id, l.seq, l.key, l.version, l.overlay, l.kind = 'state_deleted' AS deleted, value.text AS value, old.text AS old_value,
      l.time_us // 1000 AS timestamp, l.path, l.span_id, l.parent_span_id
    FROM log l
    LEFT JOIN texts value ON value.trace_id = l.trace_id AND value.hash = l.value_hash
    LEFT JOIN texts old ON old.trace_id = l.trace_id AND old.hash = l.old_hash
    WHERE l.kind IN ('state_set', 'state_deleted')`,
};

/** Whether what happened at a path lies within the scope of a rollback. */
const lies = (path: string, scope: string) =>
  `(${scope} = '' OR ${path} = ${scope} OR (starts_with(${path}, ${scope}) AND contains('/:.[@', substr(${path}, length(${scope}) + 1, 1))))`;

/** All that agents did to memory, artifacts, files and the world outside, and what became of it. */
export const writes: View = {
  row: "a write, or another act with an effect, and whether it was undone",
  columns: {
    ...fromLog("trace_id", "seq"),
    what: "state, artifact, file, or act: a call whose tool can neither be undone nor be made twice",
    undo: "stands; undone; conflict: it was to be undone, but somebody had written there since; irreversible: it was to be undone, but cannot be",
    reason: "why it was to be undone: retry, rejected (a person sent the agent back), caught, collected, request; null where it was not",
    why: "why it was left as it is",
    tool_name: "the tool that wrote",
    key: "the entry, the artifact or the file",
    old_value:
      "the value before, as JSON; of artifacts and files the digest of the bytes, which the run's folder keeps; null where there was none",
    timestamp: "when, milliseconds since 1970",
    path: "the tool call that wrote",
    span_id: "the agent that wrote",
    ...fromLog("version", "overlay"),
  },
  query: `
    WITH calls AS (
      SELECT trace_id, span_id, tool_name, parent_span_id, status FROM ${lastPerSpan("tool_call")}
    ), saved AS (
      SELECT DISTINCT trace_id, span_id FROM log WHERE kind = 'file_saved'
    ), acts AS (
      SELECT i.trace_id, min(i.seq) AS seq, i.path, i.span_id, min(i.parent_span_id) AS parent_span_id, min(i.tool_name) AS tool_name,
        min(i.time_us) AS time_us
      FROM log i WHERE i.kind = 'intent' GROUP BY i.trace_id, i.path, i.span_id
    ), done AS (
      SELECT trace_id, seq, 'state' AS what, tool_name, key, old_hash, time_us, path, span_id, parent_span_id, version, overlay
      FROM log WHERE kind IN ('state_set', 'state_deleted') AND tool_name IS DISTINCT FROM 'rollback'
      UNION ALL
      SELECT trace_id, seq, 'artifact', tool_name, key, old_hash, time_us, path, span_id, parent_span_id, version, overlay
      FROM log WHERE kind IN ('artifact_written', 'artifact_deleted') AND tool_name IS DISTINCT FROM 'rollback'
      UNION ALL
      SELECT l.trace_id, l.seq, 'file', l.tool_name, l.key, l.old_hash, l.time_us, l.path, l.span_id, a.parent_span_id, NULL, NULL
      FROM log l
      LEFT JOIN acts a ON a.trace_id = l.trace_id AND a.span_id = l.span_id
      LEFT JOIN calls c ON c.trace_id = l.trace_id AND c.span_id = l.span_id
      WHERE l.kind = 'file_saved' AND coalesce(c.status, 'ok') = 'ok'
      UNION ALL
      SELECT a.trace_id, a.seq, 'act', a.tool_name, NULL, NULL, a.time_us, a.path, a.span_id, a.parent_span_id, NULL, NULL
      FROM acts a
      LEFT JOIN calls c ON c.trace_id = a.trace_id AND c.span_id = a.span_id
      WHERE c.status IS DISTINCT FROM 'refused' AND NOT EXISTS (SELECT 1 FROM saved s WHERE s.trace_id = a.trace_id AND s.span_id = a.span_id)
    ), rollbacks AS (
      SELECT r.trace_id, r.seq, r.path, r.detail ->> '$.reason' AS reason FROM log r WHERE r.kind = 'rollback' AND NOT EXISTS (
        SELECT 1 FROM log l WHERE l.kind = 'rollback_lifted' AND l.trace_id = r.trace_id AND l.path = r.path AND l.seq > r.seq)
    ), told AS (
      SELECT trace_id, path, key, max(seq) AS seq, arg_max(kind, seq) AS kind, arg_max(message, seq) AS why
      FROM log WHERE kind IN ('rollback_undone', 'rollback_conflict') GROUP BY trace_id, path, key
    ), scoped AS (
      SELECT d.trace_id, d.seq, arg_min(r.reason, r.seq) AS reason
      FROM done d JOIN rollbacks r ON r.trace_id = d.trace_id AND r.seq > d.seq AND ${lies("d.path", "r.path")} GROUP BY d.trace_id, d.seq
    )
    SELECT d.trace_id, d.seq, d.what,
      CASE WHEN t.kind = 'rollback_conflict' THEN 'conflict'
        WHEN d.what = 'file' THEN CASE WHEN t.kind IS NULL THEN 'stands' ELSE 'undone' END
        WHEN s.seq IS NULL THEN 'stands' WHEN d.what = 'act' THEN 'irreversible' ELSE 'undone' END AS undo,
      s.reason, t.why, coalesce(d.tool_name, c.tool_name) AS tool_name, d.key,
      CASE WHEN d.what = 'state' THEN old.text ELSE d.old_hash END AS old_value,
      d.time_us // 1000 AS timestamp, d.path, coalesce(d.parent_span_id, d.span_id) AS span_id, d.version, d.overlay
    FROM done d
    LEFT JOIN calls c ON c.trace_id = d.trace_id AND c.span_id = d.span_id
    LEFT JOIN scoped s ON s.trace_id = d.trace_id AND s.seq = d.seq
    LEFT JOIN told t ON t.trace_id = d.trace_id AND t.path = d.path AND t.key IS NOT DISTINCT FROM d.key AND t.seq > d.seq
    LEFT JOIN texts old ON d.what = 'state' AND old.trace_id = d.trace_id AND old.hash = d.old_hash`,
};

/** What could be undone. */
export const actionLog: View = {
  row: "a write that is not undone, by the agent that made it",
  columns: {
    seq: "its number; undo goes by it in reverse",
    span_id: "the agent that wrote",
    tool_name: "the tool that wrote",
    key: "the entry, the artifact or the file",
    old_value: "as in `writes`; null where there was none",
    trace_id: "the run",
    path: "the tool call that wrote",
    ...fromLog("version", "overlay"),
  },
  query: `
    SELECT seq, span_id, tool_name, key, old_value, trace_id, path, version, overlay FROM writes WHERE undo <> 'undone' AND what <> 'act'`,
};

/** The bytes that agents kept. */
export const artifacts: View = {
  row: "a version of an artifact; its bytes are in the run's folder, under `artifacts/` and the digest",
  columns: {
    ...fromLog("trace_id", "seq"),
    name: "what agents call it",
    version: "counted per name, from 1; a deletion counts too",
    hash: "digest of its bytes; null for a deletion",
    size: "in bytes",
    deleted: "whether this version is a deletion",
    old_hash: "digest of the version before; null where there was none",
    timestamp: "when, milliseconds since 1970",
    ...fromLog("overlay"),
    path: "the tool call that wrote",
    ...fromLog("span_id"),
    parent_span_id: "the agent that wrote",
  },
  query: `
    SELECT trace_id, seq, key AS name, version, value_hash AS hash, CAST(detail ->> '$.size' AS BIGINT) AS size, kind = 'artifact_deleted' AS deleted,
      old_hash, time_us // 1000 AS timestamp, overlay, path, span_id, parent_span_id
    FROM log WHERE kind IN ('artifact_written', 'artifact_deleted')`,
};
