import { fromLog, type View } from "./view.ts";

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

/** What could be undone. */
export const actionLog: View = {
  row: "a write that stands, by the agent that made it",
  columns: {
    seq: "its number; undo goes by it in reverse",
    span_id: "the agent that wrote",
    tool_name: "the tool that wrote",
    key: "the entry",
    old_value: "the value before, as JSON; null where there was none",
    trace_id: "the run",
    path: "the tool call that wrote",
    ...fromLog("version", "overlay"),
  },
  query: `
    SELECT v.seq, coalesce(v.parent_span_id, v.span_id) AS span_id, c.tool_name, v.key, v.old_value, v.trace_id, v.path, v.version, v.overlay
    FROM state_versions v
    LEFT JOIN (SELECT DISTINCT trace_id, span_id, tool_name FROM log WHERE kind = 'tool_call') c
      ON c.trace_id = v.trace_id AND c.span_id = v.span_id`,
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
