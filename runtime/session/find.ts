import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { isMissing } from "../4-trace/segments.ts";

/** The session that a word names, or why it names none. */
export type FoundSession =
  | { readonly kind: "ok"; readonly id: string }
  | { readonly kind: "none" }
  | { readonly kind: "ambiguous"; readonly ids: readonly string[] };

/** Finds a session or a run by its id, any beginning of it that is its own, or `last`: the one that was opened last. */
export function findSession(stateDir: string, word: string): FoundSession {
  const dir = join(stateDir, "runs");
  const all = namesIn(dir).filter((name) => /^[0-9a-f]{32}$/.test(name));
  const ids = word === "last" ? newest(dir, all) : all.filter((id) => id.startsWith(word.toLowerCase())).sort();
  const [id, ...others] = ids;
  if (id === undefined) return { kind: "none" };
  return others.length === 0 ? { kind: "ok", id } : { kind: "ambiguous", ids };
}

/** Opening a run adds a file to its folder. */
function newest(dir: string, ids: readonly string[]): readonly string[] {
  const opened = ids.map((id) => ({ id, at: statSync(join(dir, id)).mtimeMs }));
  const last = opened.sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1))[0];
  return last ? [last.id] : [];
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
