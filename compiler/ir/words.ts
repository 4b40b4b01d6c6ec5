import type { KeySet } from "./ops.ts";

/** A set of words, compared without case: `some` of them, by their lower case as they are spelled, or `all-but` some. */
export interface Words {
  readonly kind: "some" | "all-but";
  readonly words: ReadonlyMap<string, string>;
}

export const noWords: Words = { kind: "some", words: new Map() };
export const allWords: Words = { kind: "all-but", words: new Map() };

/** These words. Of two that differ in case the first spelling counts. */
export function someWords(words: Iterable<string>): Words {
  const found = new Map<string, string>();
  for (const word of words) if (!found.has(word.toLowerCase())) found.set(word.toLowerCase(), word);
  return { kind: "some", words: found };
}

/** Whether a word is in a set. */
export function hasWord({ kind, words }: Words, word: string): boolean {
  return words.has(word.toLowerCase()) === (kind === "some");
}

/** Whether a set is empty. */
export function isNone({ kind, words }: Words): boolean {
  return kind === "some" && words.size === 0;
}

/** The words of both, spelled as in `a`. In time linear in the smaller set, where that is one of some words. */
export function meet(a: Words, b: Words): Words {
  if (isAll(b) || isNone(a)) return a;
  if (isAll(a) || isNone(b)) return b;
  if (a.kind === "all-but" && b.kind === "all-but") return { kind: "all-but", words: new Map([...b.words, ...a.words]) };
  const [few, other] = b.kind === "all-but" || (a.kind === "some" && a.words.size <= b.words.size) ? [a, b] : [b, a];
  const both = [...few.words].filter(([word]) => hasWord(other, word));
  return { kind: "some", words: new Map(both.map(([word, spelled]) => [word, a.words.get(word) ?? spelled])) };
}

/** The words of either. */
export function unite(a: Words, b: Words): Words {
  if (isNone(b) || isAll(a)) return a;
  if (isNone(a) || isAll(b)) return b;
  return flip(meet(flip(a), flip(b)));
}

/** The words of any of them, in one go. */
export function uniteAll(sets: readonly Words[]): Words {
  const [first, second] = sets;
  if (first && (!second || isAll(first))) return first;
  const some = someWords(sets.flatMap(({ kind, words }) => (kind === "some" ? [...words.values()] : [])));
  return sets.filter(({ kind }) => kind === "all-but").reduce(unite, some);
}

/** The words of `a` that are not in `b`. */
export function without(a: Words, b: Words): Words {
  return meet(a, flip(b));
}

/** A set as people read it: `approve` and `revise`, or any word but these. */
export function showWords({ kind, words }: Words): string {
  const named = [...words.values()].map((word) => `\`${word}\``);
  const last = named.at(-1) ?? "";
  const list = named.length < 2 ? last : `${named.slice(0, -1).join(", ")} and ${last}`;
  if (kind === "some") return list;
  return list === "" ? "any word" : `any word but ${list}`;
}

function isAll({ kind, words }: Words): boolean {
  return kind === "all-but" && words.size === 0;
}

function flip({ kind, words }: Words): Words {
  return { kind: kind === "some" ? "all-but" : "some", words };
}

/** The keys that something can end with: its `own`, and of the words that its caller allows those in `passes`. */
export interface Keys {
  readonly own: Words;
  readonly passes: Words;
}

export const noKeys: Keys = { own: noWords, passes: noWords };

/** Keys that do not depend on a caller. */
export function ownKeys(own: Words): Keys {
  return { own, passes: noWords };
}

/** A key set of a plan as keys: what a step that may finish with any of them can finish with. */
export function keysOfSet(set: KeySet): Keys {
  if (set.kind === "open") return ownKeys(allWords);
  return { own: someWords(set.words), passes: set.caller ? allWords : noWords };
}

/** The keys of any of them. */
export function uniteKeys(all: readonly Keys[]): Keys {
  const [first, second] = all;
  if (first && !second) return first;
  return { own: uniteAll(all.map(({ own }) => own)), passes: uniteAll(all.map(({ passes }) => passes)) };
}

/** The keys that are among some words. */
export function keysAmong(keys: Keys, words: Words): Keys {
  return { own: meet(keys.own, words), passes: meet(keys.passes, words) };
}

/** The keys that are not among some words. */
export function keysWithout(keys: Keys, words: Words): Keys {
  return keysAmong(keys, flip(words));
}

/** What something that ends with `keys` ends with where it is called with `offered`, itself told in terms of the caller around. */
export function calledWith(keys: Keys, offered: Keys): Keys {
  return { own: unite(keys.own, meet(keys.passes, offered.own)), passes: meet(keys.passes, offered.passes) };
}

/** The words that keys come to, given the words that the caller allows. */
export function wordsOf(keys: Keys, caller: Words): Words {
  return unite(keys.own, meet(keys.passes, caller));
}
