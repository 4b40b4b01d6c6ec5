import type { Sentence } from "./metrics.ts";

/** Ends of sentences: a stop, perhaps closing marks, then space, then what may begin a sentence. */
const boundary = /[.!?][)\]"'”’*_]*\s+(?=["'“‘([*_]*[\p{Lu}\p{N}`~])/gu;
const abbreviation = /(?:^|[\s(])(?:e\.g|i\.e|etc|cf|vs|no|approx|Mr|Mrs|Dr)\.\s+$/i;
const word = /[\p{L}\p{N}]+(?:['’._/-][\p{L}\p{N}]+)*/gu;

/** The sentences of a piece of prose that begins at `line`. Code is not split. */
export function readSentences(text: string, line: number): readonly Sentence[] {
  const masked = text.replace(/(`+)(?:(?!`)[\s\S])*?\1/g, (code) => "`".repeat(code.length));
  const ends = [...masked.matchAll(boundary)].map((match) => match.index + match[0].length);
  const cuts = ends.filter((end) => !abbreviation.test(masked.slice(0, end)));
  return [0, ...cuts].flatMap((start, index) => {
    const sentence = text.slice(start, cuts[index] ?? text.length);
    const count = wordsOf(sentence).length;
    return count === 0 ? [] : [{ line: line + lineEnds(text.slice(0, start)), words: count, text: sentence.replace(/\s+/g, " ").trim() }];
  });
}

/** The words of a piece of Markdown. A span of code or an address is one word. */
export function wordsOf(text: string): readonly string[] {
  return plain(text).match(word) ?? [];
}

/**
 * Flesch reading ease, for English: 60 and more is plain, less than 30 very difficult. Null where nothing was said.
 * @see R. Flesch, A new readability yardstick, 1948
 */
export function readingEase(sentences: readonly Sentence[]): number | null {
  const words = sentences.flatMap(({ text }) => wordsOf(text));
  if (words.length === 0) return null;
  const syllables = words.reduce((sum, one) => sum + syllablesOf(one), 0);
  return Math.round(206.835 - 1.015 * (words.length / sentences.length) - 84.6 * (syllables / words.length));
}

function plain(text: string): string {
  return text
    .replace(/(`+)(?:(?!`)[\s\S])*?\1/g, " code ")
    .replace(/!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, " $1 ")
    .replace(/<?https?:\/\/[^\s>)]+>?/g, " link ")
    .replace(/<[^>]*>/g, " ");
}

/** Groups of vowels, less a silent ending: a good guess for English, one for what is no word. */
function syllablesOf(one: string): number {
  const letters = one
    .normalize("NFD")
    .toLowerCase()
    .replace(/[^a-z]/g, "");
  if (letters.length <= 3) return 1;
  const groups = letters
    .replace(/(?:[^laeiouy]es|ed|[^laeiouy]e)$/, "")
    .replace(/^y/, "")
    .match(/[aeiouy]{1,2}/g);
  return Math.max(1, groups?.length ?? 0);
}

function lineEnds(text: string): number {
  return text.split("\n").length - 1;
}
