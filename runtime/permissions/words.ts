import { hostName, variableName } from "../../compiler/ir/granted-names.ts";
import type { Scope } from "./allowance.ts";

/** The kinds of things that are granted by name, and what is wrong with a word that names none. */
export const namedKinds = {
  net: (word: string) =>
    hostName.test(word) ? null : `${JSON.stringify(word)} is no host, such as api.example.com, *.example.com or localhost:8080`,
  write: (word: string) => (word.includes("\0") || word === "" ? `${JSON.stringify(word)} is no folder` : null),
  env: (word: string) => (variableName.test(word) ? null : `${JSON.stringify(word)} is no name of a variable`),
} as const;

export type NamedKind = keyof typeof namedKinds;

/** A scope of words, or what is wrong with the first that is none. */
export function scopeOf(kind: NamedKind, words: readonly string[]): Scope | string {
  const problem = words.map(namedKinds[kind]).find((found) => found !== null);
  return problem ?? { all: false, names: words };
}
