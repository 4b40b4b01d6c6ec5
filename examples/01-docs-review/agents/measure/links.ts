import type { Block } from "./blocks.ts";
import type { Link } from "./metrics.ts";

const inline = /!?\[[^\]]*\]\(\s*<?([^\s)>]+)>?[^)]*\)/g;
const reference = /^ {0,3}\[[^\]^]+\]:\s+<?(\S+?)>?(?:\s|$)/gm;
const autolink = /<((?:https?|mailto):[^\s>]+)>/g;

/** The links of a document in the order of their lines. What stands in code is no link. */
export function readLinks(document: string, blocks: readonly Block[]): readonly Link[] {
  const text = withoutCode(document, blocks);
  const anchors = anchorsOf(blocks);
  const found = [inline, reference, autolink].flatMap((pattern) => [...text.matchAll(pattern)]);
  const links = found.map((match) => toLink(match[1] ?? "", lineAt(text, match.index), anchors));
  return links.sort((a, b) => a.line - b.line);
}

function toLink(target: string, line: number, anchors: ReadonlySet<string>): Link {
  if (target.startsWith("#")) return { line, target, kind: "anchor", isBroken: !anchors.has(decode(target.slice(1))) };
  const isExternal = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(target);
  return { line, target, kind: isExternal ? "external" : "relative", isBroken: false };
}

/** Code is blanked, line by line, so that lines keep their numbers. */
function withoutCode(document: string, blocks: readonly Block[]): string {
  const isCode = new Set(blocks.flatMap((block) => (block.kind === "code" ? linesOf(block) : [])));
  const lines = document.split(/\r?\n/).map((line, index) => (isCode.has(index + 1) ? "" : line));
  return lines.join("\n").replace(/(`+)(?:(?!`).)*?\1/g, (code) => " ".repeat(code.length));
}

function linesOf({ line, end }: Block & { readonly kind: "code" }): readonly number[] {
  return Array.from({ length: end - line + 1 }, (_, index) => line + index);
}

/** What headings are called in links: as GitHub makes them, the second of a name with `-1`. */
function anchorsOf(blocks: readonly Block[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const block of blocks) {
    if (block.kind !== "heading") continue;
    const slug = slugOf(block.text);
    counts.set(slug, (counts.get(slug) ?? 0) + 1);
  }
  const all = [...counts].flatMap(([slug, count]) =>
    Array.from({ length: count }, (_, index) => (index === 0 ? slug : `${slug}-${index}`)),
  );
  return new Set(all);
}

function slugOf(title: string): string {
  return title
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
}

function decode(anchor: string): string {
  try {
    return decodeURIComponent(anchor).toLowerCase();
  } catch {
    return anchor.toLowerCase(); // not encoded, so it is meant as written
  }
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
