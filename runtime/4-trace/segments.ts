/** The files of a run's log: a pair per segment, `NNNN.wal` and `NNNN.arrow`. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isAlive, type ProcessIdentity } from "./process-identity.ts";
import { parseHeader } from "./wal.ts";

/** The numbers of the processes that have opened the run, ascending. */
export function segmentsOf(dir: string): readonly number[] {
  const names = readdirSync(dir).flatMap((name) => /^(\d{4,})\.wal$/.exec(name)?.[1] ?? []);
  return names.map(Number).sort((a, b) => a - b);
}

/** A segment's write-ahead lines. */
export function walFile(dir: string, segment: number): string {
  return join(dir, `${String(segment).padStart(4, "0")}.wal`);
}

/** A segment's sealed rows. */
export function arrowFile(dir: string, segment: number): string {
  return join(dir, `${String(segment).padStart(4, "0")}.arrow`);
}

/** Something that changes whenever the log does: the sizes of its files. */
export function stampOf(dir: string): string {
  return segmentsOf(dir)
    .map((segment) => `${segment}:${sizeOf(arrowFile(dir, segment))}+${sizeOf(walFile(dir, segment))}`)
    .join(" ");
}

/** The process that writes the run now; null when none does. */
export function ownerOf(dir: string): ProcessIdentity | null {
  const newest = segmentsOf(dir).at(-1);
  const header = newest === undefined ? null : parseHeader(readText(walFile(dir, newest)));
  return header !== null && isAlive(header.owner) ? header.owner : null;
}

/** A text file's content, empty when it is not there. */
export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return "";
    throw error;
  }
}

/** Whether an error says that the file is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
