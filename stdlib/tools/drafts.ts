/** Drafts: a file is replaced at once by a draft beside it, which takes its name. A killed process leaves its draft behind. */
import { randomBytes } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Digest, digestBytes, shortDigest } from "../../compiler/ir/digest.ts";

/** A new name for a draft of a file that is to hold this. No two are alike, so that no process takes another's draft for its own. */
export function draftOf(file: string, content: string | Uint8Array): string {
  return join(dirname(file), `${prefixOf(file, digestBytes(content))}${randomBytes(6).toString("hex")}.tmp`);
}

/** Takes away the drafts of a file that was to hold content of this digest. Only for a process that is gone. Throws the system's errors. */
export function sweepDrafts(file: string, digest: Digest): void {
  const prefix = prefixOf(file, digest);
  for (const name of namesIn(dirname(file)))
    if (name.startsWith(prefix) && name.endsWith(".tmp")) rmSync(join(dirname(file), name), { force: true });
}

/** Whoever knows a file and the digest of what it was to hold, as a log does, finds its drafts, and nobody else's. */
function prefixOf(file: string, digest: Digest): string {
  return `.${shortDigest(digestBytes(`${basename(file)} ${digest}`))}-`;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return [];
    throw error;
  }
}
