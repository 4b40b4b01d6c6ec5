/** The files of the repository that people wrote. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

const made = new Set(["node_modules", "dist", ".git", ".tama", "coverage"]);

/** Every file below `folder`, sorted by path from `root`; nothing where the folder is missing. */
export function filesUnder(root: string, folder: string): readonly string[] {
  if (!existsSync(join(root, folder))) return [];
  const entries = readdirSync(join(root, folder), { withFileTypes: true }).filter((entry) => !made.has(entry.name));
  return entries
    .flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesUnder(root, path) : entry.isFile() ? [path] : [];
    })
    .sort();
}

/** The text of every file below the folders; files with a NUL byte are not text. */
export function textsUnder(root: string, folders: readonly string[]): readonly TextFile[] {
  return folders
    .flatMap((folder) => filesUnder(root, folder))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }))
    .filter(({ text }) => !text.includes("\0"));
}
