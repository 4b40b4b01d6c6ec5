import type { Metrics, Section } from "../measure/metrics.ts";

/** A longer sentence is a finding. Plain-language guides set the bound at 20 to 30 words. */
const mostWords = 30;
const longestQuote = 160;

/** What is wrong with a document as far as measuring tells, in the order of its lines. */
export function findings(metrics: Metrics): readonly string[] {
  const found = [
    ...longSentences(metrics),
    ...openFences(metrics),
    ...emptySections(metrics),
    ...jumps(metrics),
    ...brokenAnchors(metrics),
  ];
  return found.sort((a, b) => a.line - b.line).map(({ line, text }) => `Line ${line}: ${text}`);
}

interface Finding {
  readonly line: number;
  readonly text: string;
}

function longSentences({ longest }: Metrics): readonly Finding[] {
  const long = longest.filter(({ words }) => words > mostWords);
  return long.map(({ line, words, text }) => ({ line, text: `a sentence of ${words} words: "${clip(text)}"` }));
}

function openFences({ openFences }: Metrics): readonly Finding[] {
  return openFences.map((line) => ({ line, text: "a code block that nothing closes; all that follows is code" }));
}

function emptySections({ sections }: Metrics): readonly Finding[] {
  return sections.filter(({ isEmpty }) => isEmpty).map(({ line, title }) => ({ line, text: `the section "${title}" has no text` }));
}

/** A heading more than one level below the one before it. */
function jumps(metrics: Metrics): readonly Finding[] {
  const sections = metrics.sections.filter(({ level }) => level > 0);
  const isJump = ({ level }: Section, index: number) => index > 0 && level > (sections[index - 1]?.level ?? 0) + 1;
  return sections
    .filter(isJump)
    .map(({ line, title, level }) => ({ line, text: `the heading "${title}" of level ${level} skips a level` }));
}

function brokenAnchors({ links }: Metrics): readonly Finding[] {
  return links.filter(({ isBroken }) => isBroken).map(({ line, target }) => ({ line, text: `the link \`${target}\` leads to no heading` }));
}

/** Cut between words. */
function clip(text: string): string {
  return text.length > longestQuote ? `${text.slice(0, longestQuote).replace(/\s+\S*$/, "")} …` : text;
}
