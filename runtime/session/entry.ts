import { isObject, type JsonObject } from "../../compiler/ir/json.ts";
import { failed, okay, type Result } from "./errors.ts";
import { named, plainJson } from "./plain.ts";

/** What an entry of a trajectory tells. */
export const entryTypes = [
  "agent_invoked",
  "agent_completed",
  "agent_failed",
  "state_set",
  "state_deleted",
  "artifact_written",
  "artifact_deleted",
  "session_created",
  "session_loaded",
  "session_saved",
  "plan_created",
  "plan_step_started",
  "plan_step_completed",
  "user_input",
  "system_note",
] as const;

export type EntryType = (typeof entryTypes)[number];

/** One thing that happened in a session: plain, and frozen through and through. */
export interface Entry {
  /** From 1, without a gap. */
  readonly seq_num: number;
  /** ISO 8601 in UTC, to the microsecond. */
  readonly timestamp: string;
  /** Who did it: an agent's name, `user` or `system`. */
  readonly agent_id: string;
  readonly entry_type: EntryType;
  readonly content: JsonObject;
}

/** An entry from what was JSON, such as a line of `tama session log --format json`. Reports `validation_error`. */
export function decodeEntry(value: unknown): Result<Entry> {
  if (!isObject(value)) return failed("validation_error", "an entry must be an object");
  const { seq_num, timestamp, agent_id, entry_type, content } = value;
  if (typeof seq_num !== "number" || !Number.isSafeInteger(seq_num) || seq_num < 1)
    return failed("validation_error", `seq_num must be a whole number from 1, not ${String(seq_num)}`);
  if (typeof timestamp !== "string" || !isInstant(timestamp))
    return failed("validation_error", "timestamp must be ISO 8601 with a time zone");
  const agent = named(agent_id, "agent_id");
  if (agent.kind === "failed") return agent;
  const type = entryTypes.find((known) => known === entry_type);
  if (!type) return failed("validation_error", `entry_type must be one of: ${entryTypes.join(", ")}`);
  const plain = plainJson(content, "content");
  if (plain.kind === "failed") return plain;
  if (!isObject(plain.value)) return failed("validation_error", "content must be an object");
  return okay(Object.freeze({ seq_num, timestamp, agent_id: agent.value, entry_type: type, content: plain.value as JsonObject })); // plainJson made it
}

/** Microseconds since 1970 as ISO 8601. */
export function isoTime(us: number): string {
  const [seconds = ""] = new Date(Math.floor(us / 1000)).toISOString().split(".");
  return `${seconds}.${String(us % 1_000_000).padStart(6, "0")}Z`;
}

function isInstant(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
}
