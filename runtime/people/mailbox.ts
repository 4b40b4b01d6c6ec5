/**
 * What others tell a run: files in the folder `inbox` of its own folder, each made whole at once. An answer's name comes from its
 * question, so a question has at most one, and the file stays: a second answer is refused however long ago the first was given.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Digest, digest, shortDigest } from "../../compiler/ir/digest.ts";
import { type Json, parseJson } from "../../compiler/ir/json.ts";
import type { Path } from "../../compiler/ir/path.ts";
import { place } from "../4-trace/place.ts";
import type { ProcessIdentity } from "../4-trace/process-identity.ts";
import { isMissing, readText } from "../4-trace/segments.ts";
import { objectOf } from "../journal/result.ts";

/** A question as its answer's file names it: one that is asked otherwise at the same path is another one. */
export interface QuestionId {
  readonly path: Path;
  readonly contentKey: Digest;
}

/** An answer that was given, and when: microseconds since 1970. */
export interface Letter {
  readonly value: Json;
  readonly timeUs: number;
}

/** The file that an answer to a question is in. */
export function letterName({ path, contentKey }: QuestionId): string {
  return `${shortDigest(digest([path, contentKey]), 32)}.json`;
}

/** Gives a run an answer: false where the question has one already. */
export function postLetter(runDir: string, to: QuestionId, { value, timeUs }: Letter): boolean {
  mkdirSync(inboxDir(runDir), { recursive: true });
  return place(join(inboxDir(runDir), letterName(to)), `${JSON.stringify({ path: to.path, value, time_us: timeUs })}\n`);
}

/** The answer that lies there for a question; null for none. */
export function readLetter(runDir: string, to: QuestionId): Letter | null {
  const { value, time_us: timeUs } = objectOf(parseJson(readText(join(inboxDir(runDir), letterName(to)))));
  return value === undefined ? null : { value, timeUs: Number(timeUs) };
}

/** Takes a letter out, by its name. */
export function dropLetter(runDir: string, name: string): void {
  rmSync(join(inboxDir(runDir), name), { force: true });
}

/** The names of what lies in a run's inbox. */
export function lettersIn(runDir: string): readonly string[] {
  try {
    return readdirSync(inboxDir(runDir));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** The name of the file that asks a run's writer to stop. */
export const cancelName = "cancel";

/** Asks the process that writes a run to stop it. Another process that opens the run later does not obey. */
export function postCancel(runDir: string, owner: ProcessIdentity): void {
  mkdirSync(inboxDir(runDir), { recursive: true });
  const draft = join(inboxDir(runDir), `draft-${owner.pid}`);
  writeFileSync(draft, JSON.stringify(owner));
  renameSync(draft, join(inboxDir(runDir), cancelName));
}

/** Takes the request to stop out of the inbox: whether it was meant for this process. */
export function takeCancel(runDir: string, me: ProcessIdentity): boolean {
  const file = join(inboxDir(runDir), cancelName);
  const { pid, start } = objectOf(parseJson(readText(file)));
  rmSync(file, { force: true });
  return pid === me.pid && start === me.start;
}

function inboxDir(runDir: string): string {
  return join(runDir, "inbox");
}
