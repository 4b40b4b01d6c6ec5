import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { sourceUnreadable } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { reasonOf } from "./text.ts";

interface Entry {
  readonly name: string;
  readonly isDirectory: boolean;
  /** Where a link to a directory leads; null for what is no such link. */
  readonly target: string | null;
}

/** The directories in a folder, by name; none where the folder is missing. Dotfiles are left out. */
export function directoriesIn(root: string, path: string, report: Report): readonly string[] {
  if (!isDirectory(join(root, path))) return [];
  return entriesIn(root, path, report).flatMap(({ name, isDirectory }) => (isDirectory ? [name] : []));
}

/** Every file below a folder, as paths from the root. `links` are the links on the way here: a loop ends at the first that repeats. */
export function filesBelow(root: string, path: string, report: Report, links: readonly string[] = []): readonly string[] {
  return entriesIn(root, path, report).flatMap(({ name, isDirectory, target }) => {
    const inner = `${path}/${name}`;
    if (!isDirectory) return [inner];
    if (target === null) return filesBelow(root, inner, report, links);
    return links.includes(target) ? [] : filesBelow(root, inner, report, [...links, target]);
  });
}

/** Whether the path is a directory, links followed. */
export function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // what cannot be looked at is none that we could read
  }
}

function entriesIn(root: string, path: string, report: Report): readonly Entry[] {
  try {
    const entries = readdirSync(join(root, path), { withFileTypes: true }).filter(({ name }) => !name.startsWith("."));
    return entries.map((entry) => describe(join(root, path, entry.name), entry)).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    report(sourceUnreadable(null, { path, reason: reasonOf(error) }));
    return [];
  }
}

/** A link that leads nowhere counts as a file, so that reading it tells what is wrong. */
function describe(path: string, entry: Dirent): Entry {
  const { name } = entry;
  if (!entry.isSymbolicLink()) return { name, isDirectory: entry.isDirectory(), target: null };
  return isDirectory(path) ? { name, isDirectory: true, target: realpathSync(path) } : { name, isDirectory: false, target: null };
}
