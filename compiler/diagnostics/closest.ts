import { distance } from "fastest-levenshtein";

/**
 * The candidate that a mistyped name most likely means, or null where none is near: at most one edit for three characters,
 * case aside. Of equally near ones the first in order of names.
 */
export function closest(name: string, candidates: Iterable<string>): string | null {
  const typed = name.toLowerCase();
  const near = [...candidates]
    .filter((candidate) => candidate !== name && Math.abs(candidate.length - name.length) <= mostEdits(candidate, name))
    .map((candidate) => ({ candidate, edits: distance(typed, candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= mostEdits(candidate, name) && edits < candidate.length)
    .sort((a, b) => a.edits - b.edits || (a.candidate < b.candidate ? -1 : 1));
  return near[0]?.candidate ?? null;
}

function mostEdits(candidate: string, name: string): number {
  return Math.max(1, Math.floor(Math.max(candidate.length, name.length) / 3));
}
