import { type Dirent, readdirSync, statSync } from "node:fs";
import { sourceUnreadable } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { reasonOf } from "./text.ts";

/** The names of the directories in a folder, sorted, links to directories among them; none where the folder is missing. */
export function directoriesIn(root: string, path: string, report: Report): readonly string[] {
  const folder = `${root}/${path}`;
  if (!isDirectory(folder)) return [];
  const entries = entriesIn(root, path, report);
  for (const { name } of entries.filter((entry) => entry.isSymbolicLink())) reportLost(root, `${path}/${name}`, report);
  return namesOf(entries.filter((entry) => entry.isDirectory() || isLinkToDirectory(folder, entry)));
}

/** The names of what a folder holds besides directories, sorted. A link that leads nowhere is among them, so that reading it tells what is wrong. */
export function filesIn(root: string, path: string, report: Report): readonly string[] {
  return filesAmong(entriesIn(root, path, report), `${root}/${path}`);
}

/** What a folder holds: its files as `filesIn` tells them, and paths of the folders below it that hold a file `name`, however deep. */
export interface Listing {
  readonly files: readonly string[];
  readonly holding: readonly string[];
}

/** Lists a folder and looks below it, but not into links, nor where packages are kept. */
export function listingOf(root: string, path: string, name: string, report: Report): Listing {
  const folder = `${root}/${path}`;
  const entries = entriesIn(root, path, report);
  const files = filesAmong(entries, folder);
  const below = namesOf(entries.filter((entry) => entry.isDirectory() && entry.name !== "node_modules")).map((one) => `${path}/${one}`);
  const holding = below.flatMap((inner) => {
    const listing = listingOf(root, inner, name, report);
    return [...(listing.files.includes(name) ? [inner] : []), ...listing.holding];
  });
  return { files, holding };
}

/** Whether the path is a directory, links followed. */
export function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // what cannot be looked at is none that we could read
  }
}

function filesAmong(entries: readonly Dirent[], folder: string): readonly string[] {
  return namesOf(entries.filter((entry) => !entry.isDirectory() && !isLinkToDirectory(folder, entry)));
}

/** Dotfiles are left out. */
function entriesIn(root: string, path: string, report: Report): readonly Dirent[] {
  try {
    return readdirSync(`${root}/${path}`, { withFileTypes: true }).filter(({ name }) => !name.startsWith("."));
  } catch (error) {
    report(sourceUnreadable(null, { path, reason: reasonOf(error) }));
    return [];
  }
}

/** Tells of a link that cannot be followed: it may be meant for a directory. */
function reportLost(root: string, path: string, report: Report): void {
  try {
    statSync(`${root}/${path}`);
  } catch (error) {
    report(sourceUnreadable(null, { path, reason: reasonOf(error) }));
  }
}

function isLinkToDirectory(folder: string, entry: Dirent): boolean {
  return entry.isSymbolicLink() && isDirectory(`${folder}/${entry.name}`);
}

function namesOf(entries: readonly Dirent[]): readonly string[] {
  return entries.map(({ name }) => name).sort();
}
