/**
 * Sessions as Trace has them: an append-only trajectory, versioned state and artifacts, kept in the log of a run. A session is
 * a run without a plan, and any run can be read as a session.
 *
 * S1: what a call changed is in the log when it returns: there is nothing to lose until `save`.
 * S2: the session follows the rows that it writes, so that one that is loaded holds what it held.
 * S3: what comes out is a frozen copy: nothing that a caller does to it reaches the session.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { digestBytes } from "../../compiler/ir/digest.ts";
import type { JsonObject } from "../../compiler/ir/json.ts";
import { readClock, startClock } from "../3-task/clock.ts";
import { createRecorder } from "../4-trace/recorder.ts";
import { openRunLog, runDir } from "../4-trace/run-folder.ts";
import { artifactOf, badName, defaultMaxArtifactBytes, tooLarge } from "./artifacts.ts";
import { type Blobs, blobsDir, fileBlobs } from "./blobs.ts";
import { attempt, failed, okay, type Result } from "./errors.ts";
import { nothingFollowed } from "./follow.ts";
import { type Journal, openJournal, type PlainEntry } from "./journal.ts";
import { entryOf } from "./memory.ts";
import { named, plainJson } from "./plain.ts";
import { type Restored, restore, sessionSchema } from "./restore.ts";
import { type SessionView, viewOf } from "./view.ts";

/** Who writes, and the version that must be there: 0 for none. */
export interface WriteOptions {
  /** An agent's name; default `user`. */
  readonly by?: string;
  readonly expectVersion?: number;
}

/** A session that can be written. It has one writer at a time; `close` gives it free. */
export interface Session extends SessionView {
  /** Sets a key to a JSON value. Gives the state's new version. Reports `validation_error`, `state_conflict`. */
  readonly set: (key: string, value: unknown, options?: WriteOptions) => Result<number>;
  /** Deletes a key; true where it had a value. Reports as `set`. */
  readonly delete: (key: string, options?: WriteOptions) => Result<boolean>;
  /** Keeps bytes under a name. Gives the new version. Reports `artifact_invalid_name`, `artifact_too_large`. */
  readonly writeArtifact: (name: string, bytes: Uint8Array, options?: Pick<WriteOptions, "by">) => Result<number>;
  /** Deletes an artifact; its versions stay readable. Reports `artifact_not_found`. */
  readonly deleteArtifact: (name: string, options?: Pick<WriteOptions, "by">) => Result<number>;
  /** Adds what a person said. Reports `validation_error` for what is no text. */
  readonly userInput: (text: string) => Result<null>;
  /** Adds a remark, with what belongs to it. Reports as `userInput`. */
  readonly note: (note: string, more?: JsonObject) => Result<null>;
  /** Seals the log and says so in it. Reports `persist_save_failed`. */
  readonly save: () => Result<null>;
  /** Saves what came since, and gives the session free. Closing again does nothing. */
  readonly close: () => Result<null>;
  /** For what records more than entries: dispatching and planning. */
  readonly journal: Journal;
}

export interface SessionOptions {
  /** Where runs and sessions are kept: `.tama` of a project. */
  readonly stateDir: string;
  /** Microseconds since 1970. Default: the system's clock. */
  readonly nowUs?: () => number;
}

export interface CreateOptions extends SessionOptions {
  /** 32 hex digits. Default: random. */
  readonly id?: string;
  /** In bytes. Default 100 MiB. */
  readonly maxArtifactBytes?: number;
  /** The folder that the session is about; default none. */
  readonly workspace?: string;
}

/** Makes a session. Reports `validation_error`, `session_invalid_state` where the id is taken, `persist_save_failed`. */
export function createSession(options: CreateOptions): Result<Session> {
  const { stateDir, id = randomBytes(16).toString("hex"), maxArtifactBytes = defaultMaxArtifactBytes, workspace } = options;
  if (!/^[0-9a-f]{32}$/.test(id)) return failed("validation_error", `a session's id must be 32 hex digits, not ${JSON.stringify(id)}`);
  if (!Number.isSafeInteger(maxArtifactBytes) || maxArtifactBytes < 0)
    return failed("validation_error", `the largest artifact must be a whole number of bytes, not ${maxArtifactBytes}`);
  const dir = runDir(stateDir, id);
  if (existsSync(dir)) return failed("session_invalid_state", `there is a session ${id} already`, { session: id });
  const opened = open({ ...nothingFollowed(), id, dir, maxArtifactBytes }, options, "persist_save_failed");
  if (opened.kind === "failed") return opened;
  const facts = { session_id: id, max_artifact_size: maxArtifactBytes, schema_version: sessionSchema, workspace_path: workspace ?? null };
  const begun = opened.value.journal.entry({ kind: "session_created", by: "system", content: facts });
  return begun.kind === "ok" ? opened : begun;
}

/** Opens a session, or a run, to go on with it. Reports what `restore` does, and `persist_load_failed` while another process writes it. */
export function loadSession(id: string, options: SessionOptions): Result<Session> {
  const restored = restore(options.stateDir, id);
  if (restored.kind === "failed") return restored;
  const opened = open(restored.value, options, "persist_load_failed");
  if (opened.kind === "failed") return opened;
  const content = { session_id: id, entries: restored.value.trajectory.length, state_version: restored.value.memory.version };
  const begun = opened.value.journal.entry({ kind: "session_loaded", by: "system", content });
  return begun.kind === "ok" ? opened : begun;
}

/** Reads a session, or a run, as it is now, without opening it: it may be written meanwhile. Reports what `restore` does. */
export function readSession(id: string, options: SessionOptions): Result<SessionView> {
  const restored = restore(options.stateDir, id);
  if (restored.kind === "failed") return restored;
  return okay(viewOf(restored.value, blobsOf(restored.value), options.nowUs ?? systemClock()));
}

function open(state: Restored, options: SessionOptions, onFailure: "persist_save_failed" | "persist_load_failed"): Result<Session> {
  const opened = openRunLog(options.stateDir, state.id);
  if (opened.kind === "failed") return failed(onFailure, opened.diagnostic.message);
  const nowUs = options.nowUs ?? systemClock();
  const recorder = createRecorder({ log: opened.log, traceId: state.id, nowUs, texts: "full" });
  const journal = openJournal(state, recorder, nowUs);
  return okay(sessionOf(state, journal, { blobs: blobsOf(state), nowUs }));
}

function sessionOf(state: Restored, journal: Journal, { blobs, nowUs }: { blobs: Blobs; nowUs: () => number }): Session {
  const { memory } = state;
  return {
    ...viewOf(state, blobs, nowUs),
    journal,
    set: (key, value, options = {}) => {
      const ready = readyToWrite(state, key, options);
      const plain = ready.kind === "ok" ? plainJson(value, "a value of the state") : ready;
      if (plain.kind === "failed") return plain;
      const written = journal.set(key, plain.value, options.by ?? "user");
      return written.kind === "ok" ? okay(memory.version) : written;
    },
    delete: (key, options = {}) => {
      const ready = readyToWrite(state, key, options);
      if (ready.kind === "failed") return ready;
      if (entryOf(memory, key).value === undefined) return okay(false);
      const written = journal.delete(key, options.by ?? "user");
      return written.kind === "ok" ? okay(true) : written;
    },
    writeArtifact: (name, bytes, { by = "user" } = {}) => keep(state, { journal, blobs }, { name, bytes, by }),
    deleteArtifact: (name, { by = "user" } = {}) => {
      const author = named(by, "the author");
      if (author.kind === "failed") return author;
      if (!artifactOf(memory, name)) return failed("artifact_not_found", `artifact not found: ${name}`, { name });
      const written = journal.discard(name, by);
      return written.kind === "ok" ? okay(memory.artifacts.get(name)?.version ?? 0) : written;
    },
    userInput: (text) => say(journal, { kind: "user_input", by: "user", content: { text } }, text),
    note: (note, more = {}) => say(journal, { kind: "system_note", by: "system", content: { ...more, note } }, note),
    save: () => journal.save(),
    close: () => journal.close(),
  };
}

function say(journal: Journal, entry: PlainEntry, words: string): Result<null> {
  const checked = named(words, "what is said");
  const content = checked.kind === "ok" ? plainJson(entry.content, "what is said") : checked;
  return content.kind === "ok" ? journal.entry(entry) : content;
}

function readyToWrite({ memory }: Restored, key: unknown, { by, expectVersion }: WriteOptions): Result<string> {
  const checked = named(key, "a key");
  const author = checked.kind === "ok" && by !== undefined ? named(by, "the author") : checked;
  if (author.kind === "failed" || checked.kind === "failed") return author;
  const { version } = entryOf(memory, checked.value);
  if (expectVersion === undefined || expectVersion === version) return checked;
  return failed("state_conflict", `'${checked.value}' is in version ${version}, not ${expectVersion}`, { key: checked.value, version });
}

interface Keeping {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly by: string;
}

function keep(
  { memory, maxArtifactBytes }: Restored,
  { journal, blobs }: { journal: Journal; blobs: Blobs },
  { name, bytes, by }: Keeping,
): Result<number> {
  const bad = badName(name);
  if (bad) return failed("artifact_invalid_name", bad, { name: String(name) });
  const author = named(by, "the author");
  if (author.kind === "failed") return author;
  if (!(bytes instanceof Uint8Array)) return failed("validation_error", "the content of an artifact must be bytes: a Uint8Array");
  const large = tooLarge(bytes.length, maxArtifactBytes);
  if (large) return failed("artifact_too_large", large, { size: bytes.length, max: maxArtifactBytes });
  const digest = digestBytes(bytes);
  const kept = attempt("persist_save_failed", () => blobs.keep(digest, bytes));
  const written = kept.kind === "ok" ? journal.store({ name, digest, size: bytes.length }, by) : kept;
  return written.kind === "ok" ? okay(memory.artifacts.get(name)?.version ?? 0) : written;
}

function blobsOf({ dir }: Restored): Blobs {
  return fileBlobs(blobsDir(dir));
}

function systemClock(): () => number {
  return readClock(startClock());
}
