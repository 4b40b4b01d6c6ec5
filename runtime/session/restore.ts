/** Reads a session back from its log. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { eventKinds, type Row } from "../4-trace/columns.ts";
import { readRun, refusal } from "../4-trace/read.ts";
import { runDir } from "../4-trace/run-folder.ts";
import { segmentsOf } from "../4-trace/segments.ts";
import { defaultMaxArtifactBytes } from "./artifacts.ts";
import { attempt, failed, okay, type Result } from "./errors.ts";
import { type Followed, follow, nothingFollowed } from "./follow.ts";
import { detailOf, type SessionRow } from "./trajectory.ts";

/** The version of what a session writes into its log. */
export const sessionSchema = 1;

/** A session as its log has it. */
export interface Restored extends Followed {
  readonly id: string;
  readonly dir: string;
  readonly maxArtifactBytes: number;
}

/**
 * Reads a session or a run. Reports `persist_file_not_found` where there is no state folder, `session_not_found`,
 * `persist_schema_mismatch` for what a newer tama wrote, `persist_load_failed` where it cannot be read or holds digests in
 * place of texts, and `session_corrupted` where what was read makes no session.
 */
export function restore(stateDir: string, id: string): Result<Restored> {
  if (!existsSync(join(stateDir, "runs"))) return failed("persist_file_not_found", `${stateDir} holds no sessions`, { dir: stateDir });
  const dir = runDir(stateDir, id);
  if (!/^[0-9a-f]{32}$/.test(id) || !existsSync(dir)) return failed("session_not_found", `there is no session ${id}`, { session: id });
  const read = attempt("persist_load_failed", () => readLog(dir));
  if (read.kind === "failed") return read;
  return read.value.kind === "failed" ? read.value : okay({ ...read.value.value, id, dir });
}

type Log = Omit<Restored, "id" | "dir">;

function readLog(dir: string): Result<Log> {
  const refused = refusal(dir);
  if (refused) return failed("persist_schema_mismatch", refused.message);
  if (segmentsOf(dir).length === 0) return failed("session_corrupted", `${dir} holds no log`);
  const followed = nothingFollowed();
  const texts = new Map<string, string | null>();
  let maxArtifactBytes: number | null = null;
  let last = 0;
  for (const row of readRun(dir)) {
    if (row.seq !== last + 1) return failed("session_corrupted", `the log ends its event ${last}, and goes on with ${row.seq ?? "none"}`);
    last += 1;
    if (row.kind === "text" && row.hash !== null) texts.set(row.hash, row.text);
    const event = eventOf(row);
    if (event === null) continue;
    if (maxArtifactBytes === null) {
      const start = readStart(event);
      if (start.kind === "failed") return start;
      maxArtifactBytes = start.value;
    }
    if (isHidden(event, texts)) return failed("persist_load_failed", "this run keeps digests in place of texts, so its state is not known");
    const taken = follow(followed, event, (hash) => texts.get(hash) ?? undefined);
    if (taken.kind === "failed") return taken;
  }
  if (maxArtifactBytes === null) return failed("session_corrupted", `the log in ${dir} tells of no session`);
  return okay({ ...followed, maxArtifactBytes });
}

/** A row that may be an event of a session. Rows of a kind that this tama does not know are none. */
function eventOf(row: Row): SessionRow | null {
  const kind = eventKinds.find((known) => known === row.kind);
  if (kind === undefined || kind === "text" || kind === "message") return null;
  return { ...row, kind, time_us: row.time_us ?? 0 };
}

/** The largest artifact, as the first event of a session or a run says it. */
function readStart(row: SessionRow): Result<number> {
  if (row.kind !== "session_created" && row.kind !== "run_started")
    return failed("session_corrupted", `the log begins with ${row.kind}, not with a session or a run`);
  const { schema_version, max_artifact_size } = detailOf(row);
  if (row.kind === "session_created" && schema_version !== sessionSchema)
    return failed(
      "persist_schema_mismatch",
      `schema version mismatch: the session has ${String(schema_version)}, expected ${sessionSchema}`,
    );
  return okay(typeof max_artifact_size === "number" ? max_artifact_size : defaultMaxArtifactBytes);
}

function isHidden(row: SessionRow, texts: ReadonlyMap<string, string | null>): boolean {
  return row.kind === "state_set" && row.value_hash !== null && texts.get(row.value_hash) === null;
}
