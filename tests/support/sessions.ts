/** Sessions in folders of their own, for tests. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { parseJson } from "../../compiler/ir/json.ts";
import { objectsOf, openStore } from "../../runtime/5-store/store.ts";
import { type Result, type SessionError, type SessionErrorCode, take } from "../../runtime/session/errors.ts";
import { type CreateOptions, createSession, loadSession, readSession, type Session } from "../../runtime/session/session.ts";

/** A test with a session. What is left open is closed; the folder goes. */
export function withSession(
  test: (session: Session, stateDir: string) => unknown,
  options: Partial<CreateOptions> = {},
): () => Promise<void> {
  return async () => {
    const stateDir = mkdtempSync(join(tmpdir(), "tama-session-"));
    const session = take(createSession({ stateDir, nowUs: ticks(), ...options }));
    try {
      await test(session, stateDir);
    } finally {
      session.close();
      rmSync(stateDir, { recursive: true });
    }
  };
}

/** Closes a session and loads it again. */
export function reload(session: Session, stateDir: string): Session {
  take(session.close());
  return take(loadSession(session.id, { stateDir, nowUs: ticks() }));
}

/** Fails where the view `trajectory` tells another story than the session that is loaded. */
export async function assertSameTrajectory(stateDir: string, id: string): Promise<void> {
  const store = await openStore({ stateDir, waitMs: 0 });
  const found = await store.query(
    "SELECT seq_num, timestamp, agent_id, entry_type, content FROM trajectory WHERE trace_id = ? ORDER BY seq_num",
    [id],
  );
  store.close();
  if (found.kind === "failed") throw new Error(found.diagnostic.message);
  const rows = objectsOf(found).map(({ content, ...row }) => ({ ...row, content: parseJson(String(content)) }));
  const entries = take(readSession(id, { stateDir })).trajectory();
  assert.equal(
    rows,
    entries.map(({ timestamp, ...entry }) => ({ ...entry, timestamp: Date.parse(timestamp) })),
  );
}

/** Microseconds that count up. */
export function ticks(from = Date.UTC(2026, 0, 1) * 1000): () => number {
  let now = from;
  return () => {
    now += 1;
    return now;
  };
}

/** The error of a call that must fail. */
export function errorOf(result: Result<unknown>): SessionError {
  if (result.kind === "ok") throw new Error(`it went well: ${JSON.stringify(result.value)}`);
  return result.error;
}

/** The code of a call that must fail. */
export function codeOf(result: Result<unknown>): SessionErrorCode {
  return errorOf(result).code;
}

/** The types of all entries, in order. */
export function typesOf(session: Pick<Session, "trajectory">): readonly string[] {
  return session.trajectory().map(({ entry_type }) => entry_type);
}
