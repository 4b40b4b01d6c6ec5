/** What can be read of a session: always as frozen copies. */
import { isObject, type Json, type JsonObject } from "../../compiler/ir/json.ts";
import { artifactOf, artifactsOf } from "./artifacts.ts";
import type { Blobs } from "./blobs.ts";
import { type Entry, isoTime } from "./entry.ts";
import { failed, okay, type Result } from "./errors.ts";
import { entryOf, keysOf, read } from "./memory.ts";
import { copyOf, frozen } from "./plain.ts";
import type { Restored } from "./restore.ts";

/** An artifact as it is listed. */
export interface ArtifactInfo {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly version: number;
}

/** A value and the version of the state that set it; version 0 and undefined where there is none. */
export interface VersionedValue {
  readonly value: Json | undefined;
  readonly version: number;
}

/** What an agent sees of a session: a deep copy that is frozen, so that nothing leads back. */
export interface Snapshot {
  readonly session_id: string;
  readonly agent: string;
  readonly state: JsonObject;
  readonly state_version: number;
  /** The last entries, oldest first. */
  readonly trajectory: readonly Entry[];
  readonly artifacts: readonly ArtifactInfo[];
  readonly snapshot_time: string;
  readonly trajectory_total_length: number;
}

/** A session that is read only. */
export interface SessionView {
  readonly id: string;
  /** The folder of its log and its artifacts. */
  readonly dir: string;
  readonly maxArtifactBytes: number;
  /** The version of the state: how many writes it has had. */
  readonly version: () => number;
  /** The value of a key, else `fallback`. */
  readonly get: (key: string, fallback?: Json) => Json | undefined;
  readonly entry: (key: string) => VersionedValue;
  readonly state: () => JsonObject;
  /** All entries, or the last `limit` of them, oldest first. */
  readonly trajectory: (limit?: number) => readonly Entry[];
  /** By name. */
  readonly artifacts: () => readonly ArtifactInfo[];
  /** The bytes of an artifact, or of a version of it. Reports `artifact_not_found`, and `session_corrupted` where they are gone. */
  readonly readArtifact: (name: string, version?: number) => Result<Uint8Array>;
  /** For an agent, with the last `depth` entries (default 10). */
  readonly snapshot: (agent: string, depth?: number) => Snapshot;
}

/** A view of a session, which goes on with it. */
export function viewOf(session: Restored, blobs: Blobs, nowUs: () => number): SessionView {
  const { id, dir, memory, maxArtifactBytes } = session;
  const state = () => frozen(Object.fromEntries(keysOf(memory).map((key) => [key, copyOf(read(memory, key) ?? null)])));
  const artifacts = () => frozen(artifactsOf(memory).map(({ name, size, version }) => ({ name, size, version })));
  const trajectory = (limit = Number.POSITIVE_INFINITY) => Object.freeze(lastOf(session.trajectory, limit));
  return {
    id,
    dir,
    maxArtifactBytes,
    version: () => memory.version,
    get: (key, fallback) => {
      const value = read(memory, key);
      return copied(value === undefined ? fallback : value);
    },
    entry: (key) => {
      const { value, version } = entryOf(memory, key);
      return Object.freeze({ value: copied(value), version });
    },
    state,
    trajectory,
    artifacts,
    readArtifact: (name, version) => readArtifact(session, blobs, name, version ?? null),
    snapshot: (agent, depth = 10) =>
      Object.freeze({
        session_id: id,
        agent,
        state: state(),
        state_version: memory.version,
        trajectory: trajectory(depth),
        artifacts: artifacts(),
        snapshot_time: isoTime(nowUs()),
        trajectory_total_length: session.trajectory.length,
      }),
  };
}

function readArtifact({ memory }: Restored, blobs: Blobs, name: string, version: number | null): Result<Uint8Array> {
  const found = artifactOf(memory, name, version);
  const which = version === null ? name : `${name}, version ${version}`;
  if (!found) return failed("artifact_not_found", `artifact not found: ${which}`, { name });
  const bytes = blobs.read(found.digest);
  return bytes ? okay(bytes) : failed("session_corrupted", `the bytes of the artifact ${which} are gone or damaged`, { name });
}

/** Entries are frozen already; the list is the caller's. */
function lastOf(entries: readonly Entry[], limit: number): readonly Entry[] {
  return limit >= 1 ? entries.slice(-Math.floor(limit)) : [];
}

function copied(value: Json | undefined): Json | undefined {
  return value === undefined ? undefined : isObject(value) || Array.isArray(value) ? frozen(copyOf(value)) : value;
}
