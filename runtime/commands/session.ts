import { runsAmbiguous, runsNone, runsUnknown, sessionFailed } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import { canonical, parseJson, toText } from "../../compiler/ir/json.ts";
import type { Entry } from "../session/entry.ts";
import { type Failed, failed, okay, type Result } from "../session/errors.ts";
import { findSession } from "../session/find.ts";
import { type CreateOptions, createSession, loadSession, readSession, type Session, type WriteOptions } from "../session/session.ts";
import type { SessionView } from "../session/view.ts";
import { alignRows, cut, pad, width } from "./columns-text.ts";
import { type Io, tell } from "./io.ts";

/** What every command on a session is told: where it is, and which. */
export interface Which {
  readonly stateDir: string;
  /** An id, the beginning of one, or `last`. */
  readonly session: string;
}

export type Shown = "text" | "json";

/** `tama session new`: makes a session and prints its id. */
export function sessionNewCommand(options: CreateOptions, io: Io): ExitCode {
  const made = createSession(options);
  if (made.kind === "failed") return fail(io, made);
  const closed = made.value.close();
  if (closed.kind === "failed") return fail(io, closed);
  io.stdout(`${made.value.id}\n`);
  return exitCodes.ok;
}

/** `tama session show`: state, artifacts and the last entries; as JSON a snapshot. */
export function sessionShowCommand(which: Which & { readonly depth: number; readonly format: Shown }, io: Io): ExitCode {
  return reading(which, io, (session) => {
    io.stdout(
      which.format === "json" ? `${JSON.stringify(session.snapshot("user", which.depth), null, 2)}\n` : summary(session, which.depth, io),
    );
    return exitCodes.ok;
  });
}

/** `tama session log`: the trajectory, oldest first. */
export function sessionLogCommand(which: Which & { readonly limit?: number; readonly format: Shown }, io: Io): ExitCode {
  return reading(which, io, (session) => {
    const entries = session.trajectory(which.limit);
    io.stdout(which.format === "json" ? `${JSON.stringify(entries, null, 2)}\n` : lines(entryRows(entries), io));
    return exitCodes.ok;
  });
}

/** `tama session get`: the value of a key; with its version as `{"value", "version"}`. */
export function sessionGetCommand(which: Which & { readonly key: string; readonly withVersion: boolean }, io: Io): ExitCode {
  return reading(which, io, (session) => {
    const { value, version } = session.entry(which.key);
    if (value === undefined) return fail(io, noValue(which.key));
    io.stdout(`${which.withVersion ? canonical({ value, version }) : toText(value)}\n`);
    return exitCodes.ok;
  });
}

/** `tama session set`: sets a key to JSON, or to the text where it is none, and prints the state's new version. */
export function sessionSetCommand(which: Which & WriteOptions & { readonly key: string; readonly value: string }, io: Io): ExitCode {
  return writing(which, io, (session) => session.set(which.key, parseJson(which.value) ?? which.value, which));
}

/** `tama session delete`: deletes a key, and prints the state's new version. */
export function sessionDeleteCommand(which: Which & WriteOptions & { readonly key: string }, io: Io): ExitCode {
  return writing(which, io, (session) => {
    const deleted = session.delete(which.key, which);
    if (deleted.kind === "failed") return deleted;
    return deleted.value ? okay(session.version()) : noValue(which.key);
  });
}

/** `tama session say` and `note`: adds what a person said, or a remark, and prints the entry's number. */
export function sessionSayCommand(which: Which & { readonly as: "say" | "note"; readonly text: string }, io: Io): ExitCode {
  return writing(which, io, (session) => {
    const said = which.as === "say" ? session.userInput(which.text) : session.note(which.text);
    return said.kind === "ok" ? okay(session.trajectory().length) : said;
  });
}

/** Opens a session for a write that gives a number, and prints that. */
export function writing(which: Which, io: Io, write: (session: Session) => Result<number>): ExitCode {
  const found = findSession(which.stateDir, which.session);
  if (found.kind !== "ok") return missing(io, which, found);
  const loaded = loadSession(found.id, which);
  if (loaded.kind === "failed") return fail(io, loaded);
  const written = write(loaded.value);
  const closed = loaded.value.close();
  if (written.kind === "failed") return fail(io, written);
  if (closed.kind === "failed") return fail(io, closed);
  io.stdout(`${written.value}\n`);
  return exitCodes.ok;
}

/** Tells why something of a session failed. */
export function fail(io: Io, { error }: Failed): ExitCode {
  tell(io, [sessionFailed(null, { reason: error.message, code: error.code })]);
  return exitCodes.diagnostics;
}

function noValue(key: string): Failed {
  return failed("validation_error", `the session has no value for '${key}'`);
}

/** Opens a session for reading, which others may write meanwhile. */
export function reading(which: Which, io: Io, use: (session: SessionView) => ExitCode): ExitCode {
  const found = findSession(which.stateDir, which.session);
  if (found.kind !== "ok") return missing(io, which, found);
  const read = readSession(found.id, which);
  return read.kind === "ok" ? use(read.value) : fail(io, read);
}

function missing(io: Io, { stateDir, session }: Which, found: Exclude<ReturnType<typeof findSession>, { kind: "ok" }>): ExitCode {
  tell(io, [problemOf(stateDir, session, found)]);
  return exitCodes.diagnostics;
}

function problemOf(stateDir: string, session: string, found: Exclude<ReturnType<typeof findSession>, { kind: "ok" }>): Diagnostic {
  if (found.kind === "ambiguous") {
    const shown = found.ids.slice(0, 3).map((id) => id.slice(0, Math.max(12, session.length + 4)));
    return runsAmbiguous(null, { run: session, ids: [...shown, ...(found.ids.length > 3 ? ["..."] : [])].join(", ") });
  }
  return session === "last" ? runsNone(null, { dir: stateDir }) : runsUnknown(null, { run: session });
}

function summary(session: SessionView, depth: number, io: Io): string {
  const { id, trajectory, artifacts, state } = session;
  const entries = trajectory();
  const values = Object.entries(state()).map(([key, value]) => [`  ${key}`, `v${session.entry(key).version}`, toText(value)]);
  const kept = artifacts().map(({ name, size, version }) => [`  ${name}`, `v${version}`, `${size} bytes`]);
  return [
    `session ${id}: ${entries.length} entries, state version ${session.version()}\n`,
    ...section("state", values, io),
    ...section("artifacts", kept, io),
    ...section(`last ${Math.min(depth, entries.length)} entries`, entryRows(trajectory(depth)), io),
  ].join("");
}

function section(title: string, rows: readonly (readonly string[])[], io: Io): readonly string[] {
  return rows.length === 0 ? [] : [`\n${title}\n`, lines(rows, io)];
}

function entryRows(entries: readonly Entry[]): readonly (readonly string[])[] {
  return entries.map(({ seq_num, timestamp, agent_id, entry_type, content }) => [
    `#${seq_num}`,
    timestamp.slice(11, 23),
    agent_id,
    entry_type,
    canonical(content),
  ]);
}

/** Aligned cells, the last of which is cut where the terminal ends. */
export function lines(rows: readonly (readonly string[])[], io: Io): string {
  const heads = alignRows(rows.map((row) => row.slice(0, -1)));
  const widest = heads.reduce((most, head) => Math.max(most, width(head)), 0);
  const line = (head: string, last: string) => `${pad(head, widest, "left")}  ${cut(last, Math.max(8, io.columns - widest - 2))}\n`;
  return rows.map((row, index) => line(heads[index] ?? "", row.at(-1) ?? "")).join("");
}
