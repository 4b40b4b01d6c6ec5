import { type Block, readBlocks } from "./blocks.ts";
import { readLinks } from "./links.ts";
import type { Link, Metrics, Section, Sentence } from "./metrics.ts";
import { readingEase, readSentences } from "./sentences.ts";

const mostQuoted = 5;

/** Measures a Markdown document. Words and sentences are those of paragraphs, lists and quotes; tables and code have none. */
export function measure(document: string): Metrics {
  const blocks = readBlocks(document);
  const links = readLinks(document, blocks);
  const sentences = sentencesOf(blocks);
  return {
    title: blocks.find((block) => block.kind === "heading")?.text ?? "",
    words: total(sentences),
    sentences: sentences.length,
    ease: readingEase(sentences),
    sections: sectionsOf(blocks, links),
    longest: [...sentences].sort((a, b) => b.words - a.words || a.line - b.line).slice(0, mostQuoted),
    links,
    openFences: blocks.flatMap((block) => (block.kind === "code" && !block.isClosed ? [block.line] : [])),
  };
}

type Heading = Block & { readonly kind: "heading" };

/** What stands before the first heading is a section too, if it says something. */
function sectionsOf(blocks: readonly Block[], links: readonly Link[]): readonly Section[] {
  const headings = blocks.filter((block): block is Heading => block.kind === "heading");
  const start: Heading = { kind: "heading", line: 0, level: 0, text: "" };
  const all = blocks[0] && blocks[0].kind !== "heading" ? [start, ...headings] : headings;
  return all.map((heading, index) => sectionOf(heading, all[index + 1] ?? null, { blocks, links }));
}

function sectionOf(
  heading: Heading,
  following: Heading | null,
  { blocks, links }: { readonly blocks: readonly Block[]; readonly links: readonly Link[] },
): Section {
  const isInside = ({ line }: { readonly line: number }) => line >= heading.line && line < (following?.line ?? Number.POSITIVE_INFINITY);
  const own = blocks.filter((block) => block.kind !== "heading" && isInside(block));
  const sentences = sentencesOf(own);
  return {
    title: heading.text,
    level: heading.level,
    line: Math.max(heading.line, 1),
    words: total(sentences),
    sentences: sentences.length,
    longest: Math.max(0, ...sentences.map(({ words }) => words)),
    ease: readingEase(sentences),
    codeBlocks: own.filter(({ kind }) => kind === "code").length,
    links: links.filter(isInside).length,
    isEmpty: own.length === 0 && (following === null || following.level <= heading.level),
  };
}

function sentencesOf(blocks: readonly Block[]): readonly Sentence[] {
  return blocks.flatMap((block) => (block.kind === "prose" ? readSentences(block.text, block.line) : []));
}

function total(sentences: readonly Sentence[]): number {
  return sentences.reduce((sum, { words }) => sum + words, 0);
}
