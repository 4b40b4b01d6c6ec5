/** What is undone: all that was written at or within some paths, the last first. */
import type { Path } from "../../compiler/ir/path.ts";
import { isWithin } from "../journal/difference.ts";

/** A write. `void`: it came to nothing; `conflict`: it was to be undone, and was left as it is. */
export interface Undoable {
  /** The path of the call that wrote. */
  readonly path: Path;
  readonly state: "stands" | "void" | "undone" | "conflict";
}

/** Whether a path is at or within any of these. An empty one is all of the run. */
export function isInAny(path: Path, scopes: readonly Path[]): boolean {
  return scopes.some((scope) => scope === "" || isWithin(path, scope));
}

/**
 * The writes within `scopes` that are still to be undone, the last first; each with the next one to the same thing that stands and
 * is not undone along with it, null where there is none. `thing` tells what a write is to.
 */
export function toUndo<W extends Undoable>(
  writes: readonly W[],
  scopes: readonly Path[],
  thing: (write: W) => string,
): readonly (readonly [W, W | null])[] {
  const next = new Map<string, W>();
  const found: (readonly [W, W | null])[] = [];
  for (const write of writes.toReversed()) {
    const isIn = isInAny(write.path, scopes);
    const of = thing(write);
    if (isIn && write.state === "stands") found.push([write, next.get(of) ?? null]);
    if (!isIn && (write.state === "stands" || write.state === "conflict")) next.set(of, write);
  }
  return found;
}
