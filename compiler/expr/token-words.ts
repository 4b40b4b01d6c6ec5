import type { IToken } from "chevrotain";
import type { Word } from "./syntax.ts";
import { unquote } from "./unquote.ts";

/** A token as a word, where it stands. */
export function wordOf(token: IToken): Word {
  return { text: token.image, start: token.startOffset, end: endOf(token) };
}

/** A text in quotes as a word, without them. */
export function quotedWord(token: IToken): Word {
  return { ...wordOf(token), text: unquote(token.image) };
}

/** Where a token ends. */
export function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}
