/** What each event of a log is as an entry of a session's trajectory: every run is a session. */
import { isObject, type Json, type JsonObject, parseJson } from "../../compiler/ir/json.ts";
import type { EventKind, Row } from "../4-trace/columns.ts";
import type { EntryType } from "./entry.ts";

/** The columns of an event that a session looks at. */
export type SessionRow = { readonly kind: EventKind; readonly time_us: number } & Pick<Row, Looked>;

type Looked =
  | "segment"
  | "path"
  | "span_id"
  | "parent_span_id"
  | "name"
  | "status"
  | "code"
  | "message"
  | "key"
  | "version"
  | "overlay"
  | "tool_name"
  | "input_hash"
  | "value_hash"
  | "old_hash"
  | "detail";

/** What an event tells, but for its number and time; null for one that a trajectory does not hold. */
export interface Told {
  readonly entry_type: EntryType;
  readonly content: JsonObject;
}

/** The texts and agents that events before it named. */
export interface Known {
  /** The text of a digest; undefined where the log has lost it. */
  readonly text: (hash: string) => string | undefined;
  /** The agent of a span, by its path. */
  readonly agent: (path: string) => string | undefined;
}

type Teller = (row: SessionRow, known: Known) => Told | null;

const tellers: Readonly<Record<EventKind, Teller>> = {
  run_started: (row, known) => told((row.segment ?? 1) > 1 ? "session_loaded" : "session_created", startOf(row, known)),
  run_ended: (row, known) => told("session_saved", { status: row.status ?? "", ...said("value", row.value_hash, known), ...whyOf(row) }),
  span_started: (row, known) =>
    told("agent_invoked", { agent: agentName(row.name), path: row.path, ...said("input", row.input_hash, known) }),
  span_ended: endOfAgent,
  state_set: (row, known) => told("state_set", { ...stateOf(row, known), new_value: valueAt(row.value_hash, known) }),
  state_deleted: (row, known) => told("state_deleted", stateOf(row, known)),
  state_merged: (row) => told("system_note", { note: "parallel branches joined", path: row.path, ...detailOf(row) }),
  artifact_written: (row) => told("artifact_written", { name: row.key, version: row.version, ...detailOf(row) }),
  artifact_deleted: (row) => told("artifact_deleted", { name: row.key, version: row.version, ...detailOf(row) }),
  wait_answer: (row, known) => told("user_input", { channel: row.key, ...said("text", row.value_hash, known) }),
  session_created: own("session_created"),
  session_loaded: own("session_loaded"),
  session_saved: own("session_saved"),
  plan_created: own("plan_created"),
  plan_step_started: own("plan_step_started"),
  plan_step_completed: own("plan_step_completed"),
  user_input: own("user_input"),
  system_note: own("system_note"),
  llm_call: nothing,
  tool_call: nothing,
  code_call: nothing,
  wait_asked: nothing,
  intent: nothing,
  decision: nothing,
  attempt: nothing,
  file_saved: nothing,
  rollback: (row) => told("system_note", { note: "what was written here is undone", path: row.path, ...detailOf(row) }),
  rollback_undone: nothing,
  rollback_conflict: (row) => told("system_note", { note: "a write was left as it is", path: row.path, key: row.key, why: row.message }),
  rollback_lifted: nothing,
  text: nothing,
  message: nothing,
  tool_rejected: nothing,
  loop_intervention: nothing,
  context_compaction: nothing,
  phase_change: nothing,
  loop_complete: nothing,
  schema_retry: nothing,
  empty_completion_retry: nothing,
};

/** What an event is in a trajectory; null for one that is none of its entries. */
export function tell(row: SessionRow, known: Known): Told | null {
  return tellers[row.kind](row, known);
}

/** `writer` of the span name `agent:writer:react`. */
export function agentName(span: string | null): string {
  return span?.split(":")[1] ?? "";
}

/** The value that a digest stands for, null for none. Undefined would hide a loss: what restores state looks first. */
export function valueAt(hash: string | null, known: Known): Json {
  const text = hash === null ? undefined : known.text(hash);
  return text === undefined ? null : (parseJson(text) ?? null);
}

/** What an event's `detail` holds. */
export function detailOf(row: Pick<SessionRow, "detail">): JsonObject {
  const parsed = row.detail === null ? undefined : parseJson(row.detail);
  return parsed !== undefined && isObject(parsed) ? (parsed as JsonObject) : {}; // parseJson gives JSON
}

function own(type: EntryType): Teller {
  return (row) => told(type, detailOf(row));
}

function nothing(): null {
  return null;
}

function told(entry_type: EntryType, content: JsonObject): Told {
  return { entry_type, content };
}

function startOf(row: SessionRow, known: Known): JsonObject {
  const { entry = row.path, plan = null, max_artifact_size = null } = detailOf(row);
  return { entry, plan, max_artifact_size, ...said("task", row.input_hash, known) };
}

function endOfAgent(row: SessionRow, known: Known): Told {
  const agent = { agent: known.agent(row.path ?? "") ?? "", path: row.path };
  if (row.status !== "ok") return told("agent_failed", { ...agent, ...whyOf(row) });
  return told("agent_completed", { ...agent, key: row.key, ...said("value", row.value_hash, known) });
}

function stateOf(row: SessionRow, known: Known): JsonObject {
  const overlay = row.overlay === null ? {} : { overlay: row.overlay };
  return { key: row.key, old_value: valueAt(row.old_hash, known), state_version: row.version, ...overlay };
}

function whyOf({ code, message }: SessionRow): JsonObject {
  return code === null ? {} : { code, message };
}

/** A text under a name, where the log holds it: a private run keeps digests only. */
function said(name: string, hash: string | null, known: Known): JsonObject {
  const text = hash === null ? undefined : known.text(hash);
  return text === undefined ? {} : { [name]: text };
}
