import { distance } from "fastest-levenshtein";

/**
 * The candidate that a mistyped name most likely means, or null where none is near: at most one edit for three characters,
 * case aside, two neighbours in each other's place being one edit. Of equally near ones the first in order of names.
 */
export function closest(name: string, candidates: Iterable<string>): string | null {
  const typed = name.toLowerCase();
  const near = [...candidates]
    .filter((candidate) => candidate !== name && Math.abs(candidate.length - name.length) <= mostEdits(candidate, name))
    .map((candidate) => ({ candidate, edits: edits(typed, candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= mostEdits(candidate, name) && edits < candidate.length)
    .sort((a, b) => a.edits - b.edits || (a.candidate < b.candidate ? -1 : 1));
  return near[0]?.candidate ?? null;
}

/** Looks among so many candidates for what was meant. */
export type Search = (candidates: number, look: () => string | null) => string | null;

/** How many candidates all findings of a project together are held against. */
const maxCompared = 5_000_000;

/** Lets findings look for what was meant, as long as they have not looked at too much: where thousands of names are wrong, the last get no proposal. */
export function boundedSearch(): Search {
  let compared = 0;
  return (candidates, look) => {
    compared += candidates;
    return compared > maxCompared ? null : look();
  };
}

/** The Levenshtein distance; one less for each pair of neighbours that stand the other way round, where names are otherwise alike there. */
function edits(typed: string, candidate: string): number {
  let swapped = typed;
  let swaps = 0;
  for (let at = 0; at + 1 < candidate.length; at += 1) {
    const [here = "", next = ""] = [swapped[at], swapped[at + 1]];
    if (here === next || here !== candidate[at + 1] || next !== candidate[at]) continue;
    swapped = `${swapped.slice(0, at)}${next}${here}${swapped.slice(at + 2)}`;
    swaps += 1;
  }
  return Math.min(distance(typed, candidate), distance(swapped, candidate) + swaps);
}

function mostEdits(candidate: string, name: string): number {
  return Math.max(1, Math.floor(Math.max(candidate.length, name.length) / 3));
}
