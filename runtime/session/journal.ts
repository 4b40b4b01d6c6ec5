/** Writes a session's events: each into the log first, then into what the session holds. */
import type { Digest } from "../../compiler/ir/digest.ts";
import { canonical, type Json, type JsonObject } from "../../compiler/ir/json.ts";
import { columnNames, type TraceEvent } from "../4-trace/columns.ts";
import { type Recorder, spanId } from "../4-trace/recorder.ts";
import { artifactOf } from "./artifacts.ts";
import { attempt, failed, okay, type Result } from "./errors.ts";
import { follow } from "./follow.ts";
import { read } from "./memory.ts";
import type { Restored } from "./restore.ts";
import type { SessionRow } from "./trajectory.ts";

/** An entry that is all content. */
export interface PlainEntry {
  readonly kind: "session_created" | "session_loaded" | "session_saved" | "user_input" | "system_note" | PlanKind;
  readonly by: string;
  readonly content: JsonObject;
}

type PlanKind = "plan_created" | "plan_step_started" | "plan_step_completed";

/** The one who writes a session's log. Everything reports `session_invalid_state` once it is closed, and `persist_save_failed`. */
export interface Journal {
  readonly entry: (entry: PlainEntry) => Result<null>;
  readonly set: (key: string, value: Json, by: string) => Result<null>;
  readonly delete: (key: string, by: string) => Result<null>;
  readonly store: (artifact: { readonly name: string; readonly digest: Digest; readonly size: number }, by: string) => Result<null>;
  readonly discard: (name: string, by: string) => Result<null>;
  /** Any other event, such as a call of an agent; `texts` are stored, and their digests put into the columns. */
  readonly event: (event: TraceEvent, texts?: Readonly<Partial<Record<Hashed, string>>>) => Result<null>;
  /** Gives access to what only the recorder can do: chains of messages. */
  readonly recorder: Recorder;
  readonly nowUs: () => number;
  readonly save: () => Result<null>;
  readonly close: () => Result<null>;
}

type Hashed = "input_hash" | "value_hash" | "old_hash";

/** The path of what happens in a session outside of any agent. */
export const sessionPath = "session";

/** A journal on an open log, which it closes. */
export function openJournal(state: Restored, recorder: Recorder, nowUs: () => number): Journal {
  const log = { isClosed: false, isSaved: true };
  const event: Journal["event"] = (told, texts = {}) => {
    if (log.isClosed) return failed("session_invalid_state", `session ${state.id} is closed`, { session: state.id });
    log.isSaved = told.kind === "session_saved";
    return writeEvent(state, recorder, { ...told, time_us: told.time_us ?? nowUs() }, texts);
  };
  const entry: Journal["entry"] = ({ kind, by, content }) => {
    const status = kind === "session_saved" ? { status: "ok" } : {};
    return event({ kind, path: sessionPath, name: by, detail: canonical(content), ...status });
  };
  const save = () => {
    const { trajectory, memory } = state;
    const content = { entries: trajectory.length + 1, state_version: memory.version, artifacts: memory.artifacts.size };
    const said = entry({ kind: "session_saved", by: "system", content });
    return said.kind === "ok" ? finish(recorder.flush) : said;
  };
  const close = () => {
    if (log.isClosed) return okay(null);
    const saved = log.isSaved ? okay(null) : save();
    log.isClosed = true;
    const closed = finish(recorder.close);
    return saved.kind === "ok" ? closed : saved;
  };
  return { ...writesOf(state, event), entry, event, recorder, nowUs, save, close };
}

/** The writes to state and artifacts, as the events that tell of them. */
function writesOf({ memory }: Restored, event: Journal["event"]): Pick<Journal, "set" | "delete" | "store" | "discard"> {
  const write = (kind: "state_set" | "state_deleted", key: string, by: string, texts: { readonly value_hash?: string }) => {
    const old = read(memory, key);
    const said = { ...texts, ...(old === undefined ? {} : { old_hash: canonical(old) }) };
    return event({ kind, path: sessionPath, name: by, key, version: memory.version + 1 }, said);
  };
  const artifact = (
    kind: "artifact_written" | "artifact_deleted",
    by: string,
    now: { name: string; digest: Digest | null; size: number },
  ) => {
    const { name, digest, size } = now;
    const old = artifactOf(memory, name);
    const version = (memory.artifacts.get(name)?.version ?? 0) + 1;
    const detail = canonical({ size, is_update: old !== null, old_size: old?.size ?? null });
    return event({ kind, path: sessionPath, name: by, key: name, version, detail, value_hash: digest, old_hash: old?.digest ?? null });
  };
  return {
    set: (key, value, by) => write("state_set", key, by, { value_hash: canonical(value) }),
    delete: (key, by) => write("state_deleted", key, by, {}),
    store: (now, by) => artifact("artifact_written", by, now),
    discard: (name, by) => artifact("artifact_deleted", by, { name, digest: null, size: 0 }),
  };
}

/** Into the log, then into what the session holds. */
function writeEvent(
  state: Restored,
  recorder: Recorder,
  told: TraceEvent & { readonly time_us: number },
  texts: Readonly<Partial<Record<Hashed, string>>>,
): Result<null> {
  const written = attempt("persist_save_failed", () => {
    const { columns, known } = hashesOf(texts, recorder);
    const full = { ...told, ...columns };
    recorder.event(full);
    return { full, known };
  });
  if (written.kind === "failed") return written;
  const { full, known } = written.value;
  return follow(state, rowOf(state.id, full), (hash) => known.get(hash));
}

function finish(how: () => void): Result<null> {
  return attempt("persist_save_failed", () => {
    how();
    return null;
  });
}

function hashesOf(texts: Readonly<Partial<Record<Hashed, string>>>, recorder: Recorder) {
  const columns: Partial<Record<Hashed, Digest>> = {};
  const known = new Map<Digest, string>();
  for (const column of ["input_hash", "value_hash", "old_hash"] as const) {
    const text = texts[column];
    if (text === undefined) continue;
    columns[column] = recorder.text(text);
    known.set(columns[column], text);
  }
  return { columns, known };
}

/** An event as it will be read from the log. */
function rowOf(id: string, event: TraceEvent & { readonly time_us: number }): SessionRow {
  const { path, parent, prev: _prev, ...columns } = event;
  const ids = { path, span_id: spanId(id, path), parent_span_id: parent === undefined ? null : spanId(id, parent) };
  return { ...blank, ...columns, ...ids };
}

const blank = Object.fromEntries(columnNames.map((name) => [name, null])) as Omit<SessionRow, "kind" | "time_us">; // every column is one of its keys
