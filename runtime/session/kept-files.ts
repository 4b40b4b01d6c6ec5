/** Files as they stand on the disk: what is in them, and how what was in them is put back. */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Digest, digestBytes } from "../../compiler/ir/digest.ts";
import { draftOf } from "../../stdlib/tools/drafts.ts";
import type { WriteScope } from "../../stdlib/tools/files-write.ts";

/** What stands at a path; `link`: one that leads nowhere, `other`: a folder, a device, anything that holds no bytes of its own. */
export type Standing =
  | { readonly kind: "none" | "other" }
  | { readonly kind: "link"; readonly to: string }
  | { readonly kind: "file"; readonly bytes: Uint8Array };

/** Where a path leads, as far as it exists; a link that leads nowhere stands for itself. */
export function realFile(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!isAbsence(error)) throw error;
    return dirname(path) === path ? path : join(realFile(dirname(path)), basename(path));
  }
}

/** The same folders and files, by where they really are. */
export function realScope({ projectDir, writable, closed }: WriteScope): WriteScope {
  return { projectDir: realFile(projectDir), writable: writable.map(realFile), closed: closed.map(realFile) };
}

/** What stands at a path that links no further. Throws the system's errors. */
export function standing(file: string): Standing {
  const found = statOf(file);
  if (found === null) return { kind: "none" };
  if (found.isSymbolicLink()) return { kind: "link", to: readlinkSync(file) };
  return found.isFile() ? { kind: "file", bytes: readFileSync(file) } : { kind: "other" };
}

/** One word for what stands there: equal words, equal standing. Null for nothing. */
export function wordOf(found: Standing): Digest | null {
  switch (found.kind) {
    case "none":
      return null;
    case "file":
      return digestBytes(found.bytes);
    case "link":
      return wordOfLink(found.to);
    default:
      return found.kind;
  }
}

const linkWord = "link:";

/** The word of a link that leads nowhere, by where it says. */
export function wordOfLink(to: string): string {
  return `${linkWord}${to}`;
}

/** Where the link of a word says that it leads; null where the word is of something else. */
export function linkOf(word: string | null): string | null {
  return word?.startsWith(linkWord) ? word.slice(linkWord.length) : null;
}

/** The outermost folder that is missing on the way to a file; null where none is. */
export function missingFolder(file: string): string | null {
  let missing: string | null = null;
  for (let folder = dirname(file); !existsSync(folder) && folder !== dirname(folder); folder = dirname(folder)) missing = folder;
  return missing;
}

/** Puts bytes where a file is, at once; the file keeps its mode. */
export function putBytes(file: string, bytes: Uint8Array): void {
  const found = statOf(file);
  const draft = draftOf(file, bytes);
  const fd = openSync(draft, "wx", found ? found.mode & 0o777 : undefined);
  try {
    writeFileSync(fd, bytes);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  if (found) chmodSync(draft, found.mode & 0o777); // whatever the umask says
  renameSync(draft, file);
}

/** Puts a link where a file is. */
export function putLink(file: string, to: string): void {
  rmSync(file, { force: true });
  symlinkSync(to, file);
}

/** Takes a file away, and the folders down from `made` that it leaves empty. */
export function takeAway(file: string, made: string | null): void {
  rmSync(file, { force: true });
  for (let folder = dirname(file); made !== null && isBelow(folder, made); folder = dirname(folder)) if (!removeEmpty(folder)) return;
}

function isBelow(folder: string, top: string): boolean {
  return folder === top || folder.startsWith(`${top}/`);
}

/** False where something is in it. */
function removeEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    if (isAbsence(error)) return true;
    if (error instanceof Error && "code" in error && (error.code === "ENOTEMPTY" || error.code === "EEXIST")) return false;
    throw error;
  }
}

function statOf(file: string) {
  return lstatSync(file, { throwIfNoEntry: false }) ?? null;
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
