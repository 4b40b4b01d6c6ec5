import { type FSWatcher, readdirSync, watch as watchDirectory } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Output } from "./terminal.ts";

/** What is watched: folders, and what in them makes no difference. */
export interface Watched {
  /** Each with all folders below it. */
  readonly trees: readonly string[];
  /** Each by itself, for its files. */
  readonly folders: readonly string[];
  /** Files that the work itself writes. */
  readonly except: readonly string[];
}

/** Saves come in bursts: editors write, rename and touch. */
const quietMs = 20;
const clear = "\u001b[2J\u001b[3J\u001b[H";

/**
 * Does the work now, and again after each change of what is to be watched, which each work says anew, until `signal`. Folders
 * that come and go are followed; a change while the work is done makes it be done again.
 */
export async function workOnChange(first: Watched, work: () => Promise<Watched>, output: Output, signal?: AbortSignal): Promise<void> {
  const bell = createBell();
  signal?.addEventListener("abort", bell.ring);
  const watchers = new Map<string, FSWatcher>();
  follow(watchers, first, bell);
  try {
    while (!signal?.aborted) {
      if (output.width !== null) output.stderr(clear);
      follow(watchers, await work(), bell);
      output.stderr("watching for changes\n");
      await bell.rung();
      await new Promise((done) => setTimeout(done, quietMs));
      bell.silence();
    }
  } finally {
    for (const watcher of watchers.values()) watcher.close();
  }
}

interface Bell {
  readonly ring: () => void;
  readonly silence: () => void;
  readonly rung: () => Promise<void>;
}

/** Owns one pending ring. B1: a ring is never lost. B2: many rings before anyone listens are one. */
function createBell(): Bell {
  let isRung = false;
  let listener: (() => void) | null = null;
  return {
    ring: () => {
      isRung = true;
      listener?.();
    },
    silence: () => {
      isRung = false;
    },
    rung: () =>
      new Promise((done) => {
        listener = done;
        if (isRung) done();
      }),
  };
}

/** Watches what is new, and no longer what is gone. */
function follow(watchers: Map<string, FSWatcher>, { trees, folders, except }: Watched, bell: Bell): void {
  const ignored = new Set(except.map((path) => resolve(path)));
  const wanted = new Set([...folders.map((path) => resolve(path)), ...trees.flatMap((path) => foldersIn(resolve(path)))]);
  for (const [path, watcher] of watchers) {
    if (wanted.has(path)) continue;
    watcher.close();
    watchers.delete(path);
  }
  for (const path of wanted) if (!watchers.has(path)) start(watchers, path, (name) => isOurs(name, path, ignored) || bell.ring());
}

function start(watchers: Map<string, FSWatcher>, path: string, changed: (name: string | null) => void): void {
  try {
    const watcher = watchDirectory(path, (_event, name) => changed(name));
    watcher.on("error", () => {
      watcher.close();
      watchers.delete(path); // the folder is gone; where it stood is watched too
      changed(null);
    });
    watchers.set(path, watcher);
  } catch {
    // gone since it was listed: its parent tells when it is back
  }
}

/** Whether a name in a folder is what the work writes, or a tool's own file. */
function isOurs(name: string | null, folder: string, ignored: ReadonlySet<string>): boolean {
  if (name === null) return false;
  const path = join(folder, name);
  return name.startsWith(".") || name === "node_modules" || name.endsWith(".tmp") || ignored.has(path) || ignored.has(dirname(path));
}

function foldersIn(path: string): readonly string[] {
  try {
    const inner = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
    return [path, ...inner.flatMap(({ name }) => foldersIn(join(path, name)))];
  } catch {
    return []; // not there yet: its parent tells when it is
  }
}
