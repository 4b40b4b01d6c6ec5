import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { reasonOf } from "../1-source/text.ts";
import { planNotWritable } from "../diagnostics/codes.generated.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";

/** Writes a file at once: readers see the old text or the new one. Returns the finding `plan/not-writable` if it cannot. */
export function writeWhole(path: string, text: string): Diagnostic | null {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
    return null;
  } catch (error) {
    discard(temporary);
    return planNotWritable(null, { path, reason: reasonOf(error) });
  }
}

/** Makes an empty file, its folders too; returns whether it is there now. */
export function mark(path: string): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
    return true;
  } catch {
    return false; // the caller says what follows from that
  }
}

function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // where nothing can be written there is nothing to remove
  }
}
