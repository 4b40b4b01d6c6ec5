/** Follows a log: what its events leave in state, artifacts and trajectory. A session that is open follows what it writes itself. */
import { isList, isObject, type Json } from "../../compiler/ir/json.ts";
import type { Path } from "../../compiler/ir/path.ts";
import { type ArtifactWrite, type Stored, writeArtifact } from "./artifacts.ts";
import { type Entry, isoTime } from "./entry.ts";
import { failed, okay, type Result } from "./errors.ts";
import { createMemory, type Memory, type Write, write } from "./memory.ts";
import { frozen } from "./plain.ts";
import { isInAny, type Undoable } from "./scopes.ts";
import { agentName, detailOf, type Known, type SessionRow, tell, valueAt } from "./trajectory.ts";

/** The name of the tool that writes what a rollback puts back. */
export const rollbackName = "rollback";

/** A session as far as its log has been followed. */
export interface Followed {
  memory: Memory;
  readonly trajectory: Entry[];
  /** What was written to the memory, first to last; what a rollback wrote apart. */
  readonly writes: MemoryWrite[];
  /** What parallel branches wrote that have not joined yet, by branch. */
  readonly branches: Map<string, By[]>;
  readonly agents: { readonly byPath: Map<string, string>; readonly bySpan: Map<string, string> };
}

/** A write, and the path of the call that made it. */
interface By {
  readonly change: Write;
  readonly path: Path;
}

/** A write to memory, what it replaced, and what became of it. */
export interface MemoryWrite extends Undoable {
  readonly change: Write;
  readonly key: string;
  readonly old: OldValue;
  state: Undoable["state"];
}

/** What a write replaced; of state `undefined`, of artifacts null: nothing. */
export type OldValue =
  | { readonly kind: "state"; readonly value: Json | undefined }
  | { readonly kind: "artifact"; readonly artifact: Stored | null };

/** A session before its first event. */
export function nothingFollowed(): Followed {
  return { memory: createMemory(), writes: [], trajectory: [], branches: new Map(), agents: { byPath: new Map(), bySpan: new Map() } };
}

/** Takes the next event. Reports `session_corrupted` where it speaks of a text that is not there. */
export function follow(session: Followed, row: SessionRow, text: Known["text"]): Result<null> {
  const known: Known = { text, agent: (path) => session.agents.byPath.get(path) };
  const change = changeOf(row, known);
  if (change === "lost") return failed("session_corrupted", `the value of '${row.key ?? ""}' is not in the log`, { key: row.key });
  if (row.kind === "span_started") noteAgent(session, row);
  if (change && row.tool_name === rollbackName) writeTo(session, change);
  else if (change) applyTo(session, row.overlay, { change, path: row.path ?? "" });
  if (row.kind === "state_merged") join(session, row);
  if (row.kind === "rollback") undo(session, row);
  if (row.kind === "rollback_conflict") keep(session, row);
  const entry = tell(row, known);
  if (entry === null) return okay(null);
  const agent_id = authorOf(session, row);
  const head = { seq_num: session.trajectory.length + 1, timestamp: isoTime(row.time_us), agent_id };
  session.trajectory.push(frozen({ ...head, ...entry }));
  return okay(null);
}

function noteAgent({ agents }: Followed, row: SessionRow): void {
  const name = agentName(row.name);
  if (row.path !== null) agents.byPath.set(row.path, name);
  if (row.span_id !== null) agents.bySpan.set(row.span_id, name);
}

/** The write that an event tells of; null where it tells of none. */
function changeOf(row: SessionRow, known: Known): Write | "lost" | null {
  const key = row.key ?? "";
  switch (row.kind) {
    case "state_set": {
      if (row.value_hash === null || known.text(row.value_hash) === undefined) return "lost";
      const value = valueAt(row.value_hash, known);
      return row.tool_name === "tama_mem_append" ? { kind: "append", key, item: lastOf(value) } : { kind: "set", key, value };
    }
    case "state_deleted":
      return { kind: "delete", key };
    case "artifact_written":
      return row.value_hash === null ? "lost" : { kind: "store", key, digest: row.value_hash, size: Number(detailOf(row)["size"] ?? 0) };
    case "artifact_deleted":
      return { kind: "discard", key };
    default:
      return null;
  }
}

/** An append is told by the list that it left. */
function lastOf(value: Json): Json {
  return isList(value) ? (value.at(-1) ?? null) : value;
}

function applyTo(session: Followed, overlay: string | null, by: By): void {
  if (overlay !== null) {
    const writes = session.branches.get(overlay) ?? [];
    writes.push(by);
    session.branches.set(overlay, writes);
  } else session.writes.push({ ...by, key: by.change.key, old: writeTo(session, by.change), state: "stands" });
}

function writeTo({ memory }: Followed, change: Write): OldValue {
  if (isArtifact(change)) return { kind: "artifact", artifact: writeArtifact(memory, change).old };
  return { kind: "state", value: write(memory, change).old };
}

/**
 * What a rollback leaves. Views of agents that failed never join; a run that begins anew has an empty memory; what a person sent back
 * is as if it had never been written; what is undone on request is told by writes of its own.
 */
function undo(session: Followed, row: SessionRow): void {
  const { reason } = detailOf(row);
  const scope = [row.path ?? ""];
  if (reason === "request") {
    for (const write of session.writes) if (write.state === "stands" && isInAny(write.path, scope)) write.state = "undone";
  } else if (row.parent_span_id === null) {
    session.writes.length = 0;
    session.memory = createMemory();
  } else if (reason === "rejected") forget(session, scope);
}

/** Takes away what was written within some paths. */
function forget(session: Followed, scope: readonly Path[]): void {
  for (const [branch, writes] of session.branches)
    session.branches.set(
      branch,
      writes.filter(({ path }) => !isInAny(path, scope)),
    );
  const kept = session.writes.filter(({ path }) => !isInAny(path, scope));
  if (kept.length === session.writes.length) return;
  session.memory = createMemory();
  session.writes.length = 0;
  for (const { change, path } of kept) applyTo(session, null, { change, path });
}

/** A write that a rollback has left as it is. */
function keep({ writes }: Followed, row: SessionRow): void {
  const kept = writes.findLast(({ path, key }) => path === row.path && key === row.key);
  if (kept) kept.state = "conflict";
}

/** What branches wrote goes to their base, in the order that the event tells. */
function join(session: Followed, row: SessionRow): void {
  const { entries, artifacts } = detailOf(row);
  const joined = [...overlaysIn(entries), ...(isObject(artifacts) ? overlaysIn(artifacts["entries"]) : [])];
  for (const branch of new Set(joined)) {
    for (const change of session.branches.get(branch) ?? []) applyTo(session, row.overlay, change);
    session.branches.delete(branch);
  }
}

function overlaysIn(entries: unknown): readonly string[] {
  return Array.isArray(entries) ? entries.flatMap((entry) => (isObject(entry) ? String(entry["overlay"]) : [])) : [];
}

/** Sessions name an event's author; in a run it is the agent whose span the event belongs to. */
function authorOf({ agents }: Followed, row: SessionRow): string {
  if (row.kind === "span_started" || row.kind === "span_ended") return agents.byPath.get(row.path ?? "") || "system";
  if (row.kind === "wait_answer") return "user";
  return row.name ?? agents.bySpan.get(row.parent_span_id ?? "") ?? "system";
}

function isArtifact(change: Write): change is ArtifactWrite {
  return change.kind === "store" || change.kind === "discard";
}
