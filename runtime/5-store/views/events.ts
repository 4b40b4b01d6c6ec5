import { columnNames } from "../../4-trace/columns.ts";
import { fromLog, select, type View } from "./view.ts";

const first = ["seq", "trace_id", "kind", "path"] as const;
const ofTexts = ["text", "hash", "parent_hash", "system_hash"];
const rest = columnNames.filter((name) => !ofTexts.includes(name) && !first.some((other) => other === name));

/** Everything that happened, in order. */
export const events: View = {
  row: "something that happened; `kind` says what",
  columns: {
    ...fromLog("seq", "trace_id"),
    timestamp: "when, milliseconds since 1970",
    ...fromLog("kind", "path", ...rest),
  },
  query: `
    SELECT l.seq, l.trace_id, l.time_us // 1000 AS timestamp, l.kind, l.path, ${select("l", ...rest)}
    FROM log l WHERE kind NOT IN ('text', 'message')`,
};

/** Entries that a session wrote itself: their content is their detail, their author their name. */
const written = [
  "session_created",
  "session_loaded",
  "session_saved",
  "plan_created",
  "plan_step_started",
  "plan_step_completed",
  "user_input",
];
const ofState = ["state_set", "state_deleted", "state_merged", "artifact_written", "artifact_deleted"];
const ofRuns = ["run_started", "run_ended", "span_started", "span_ended", "wait_answer", "system_note", "rollback", "rollback_conflict"];
const list = (kinds: readonly string[]) => kinds.map((kind) => `'${kind}'`).join(", ");

/** An object, and what is not null of another. */
const and = (always: string, where: string) => `json_merge_patch(${always}, json_object(${where}))`;
const detail = "CASE WHEN json_valid(l.detail) THEN l.detail ELSE '{}' END";
const fact = (name: string) => `${detail} -> '$.${name}'`;
const agent = "'agent', coalesce(self.agent, ''), 'path', l.path";
const why = "'code', l.code, 'message', CASE WHEN l.code IS NOT NULL THEN l.message END";
const was = "'key', l.key, 'old_value', TRY_CAST(old.text AS JSON), 'state_version', l.version";
const named = and(detail, "'name', l.key, 'version', l.version");

/** The content of an entry by the event that it tells of, where that is not the event's detail. @see session/trajectory.ts, which says the same of a session that is loaded */
const contents: Readonly<Record<string, string>> = {
  run_started: and(
    `json_object('entry', coalesce(${fact("entry")}, to_json(l.path)), 'plan', ${fact("plan")}, 'max_artifact_size', ${fact("max_artifact_size")})`,
    "'task', input.text",
  ),
  run_ended: and("json_object('status', coalesce(l.status, ''))", `'value', value.text, ${why}`),
  span_started: and(`json_object(${agent})`, "'input', input.text"),
  span_ended: `CASE WHEN l.status = 'ok' THEN ${and(`json_object(${agent}, 'key', l.key)`, "'value', value.text")}
          ELSE ${and(`json_object(${agent})`, why)} END`,
  state_set: and(`json_object(${was}, 'new_value', TRY_CAST(value.text AS JSON))`, "'overlay', l.overlay"),
  state_deleted: and(`json_object(${was})`, "'overlay', l.overlay"),
  state_merged: and(detail, "'note', 'parallel branches joined', 'path', l.path"),
  artifact_written: named,
  artifact_deleted: named,
  wait_answer: and("json_object('channel', l.key)", "'text', value.text"),
  rollback: and(detail, "'note', 'what was written here is undone', 'path', l.path"),
  rollback_conflict: "json_object('note', 'a write was left as it is', 'path', l.path, 'key', l.key, 'why', l.message)",
};

/** The same as the entries of a session: each run is one. */
export const trajectory: View = {
  row: "an entry of the run's trajectory: what agents, people and the session itself did, and what it did to the state",
  columns: {
    trace_id: "the run, which is a session",
    seq_num: "the entry's place, from 1 and without gaps",
    timestamp: "when, milliseconds since 1970",
    agent_id: "who did it: an agent, `user` or `system`",
    entry_type:
      "session_created, session_loaded, session_saved, agent_invoked, agent_completed, agent_failed, state_set, state_deleted, artifact_written, artifact_deleted, plan_created, plan_step_started, plan_step_completed, user_input or system_note",
    content: "what the entry says, as JSON",
    ...fromLog("path", "span_id"),
    seq: "the event's number in the run",
  },
  query: `
    WITH agents AS (SELECT DISTINCT trace_id, span_id, split_part(name, ':', 2) AS agent FROM log WHERE kind = 'span_started')
    SELECT l.trace_id, row_number() OVER (PARTITION BY l.trace_id ORDER BY l.seq) AS seq_num, l.time_us // 1000 AS timestamp,
      CASE WHEN l.kind = 'wait_answer' THEN 'user' WHEN l.kind IN ('span_started', 'span_ended') THEN coalesce(nullif(self.agent, ''), 'system')
        ELSE coalesce(l.name, around.agent, 'system') END AS agent_id,
      CASE l.kind
        WHEN 'run_started' THEN CASE WHEN l.segment = 1 THEN 'session_created' ELSE 'session_loaded' END
        WHEN 'run_ended' THEN 'session_saved'
        WHEN 'span_started' THEN 'agent_invoked'
        WHEN 'span_ended' THEN CASE WHEN l.status = 'ok' THEN 'agent_completed' ELSE 'agent_failed' END
        WHEN 'state_merged' THEN 'system_note'
        WHEN 'rollback' THEN 'system_note'
        WHEN 'rollback_conflict' THEN 'system_note'
        WHEN 'wait_answer' THEN 'user_input'
        ELSE l.kind END AS entry_type,
      CASE l.kind ${Object.entries(contents)
        .map(([kind, content]) => `WHEN '${kind}' THEN ${content}`)
        .join("\n        ")}
        ELSE ${detail} END AS content,
      l.path, l.span_id, l.seq
    FROM log l
    LEFT JOIN agents self ON self.trace_id = l.trace_id AND self.span_id = l.span_id
    LEFT JOIN agents around ON around.trace_id = l.trace_id AND around.span_id = l.parent_span_id
    LEFT JOIN texts input ON input.trace_id = l.trace_id AND input.hash = l.input_hash
    LEFT JOIN texts value ON value.trace_id = l.trace_id AND value.hash = l.value_hash
    LEFT JOIN texts old ON old.trace_id = l.trace_id AND old.hash = l.old_hash
    WHERE l.kind IN (${list([...ofRuns, ...ofState, ...written])})`,
};
