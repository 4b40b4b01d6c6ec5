/**
 * A part of a Markdown document. `line` counts from 1; `text` keeps its line ends, without the marks of
 * lists and quotes; `end` is the last line of a block of code.
 */
export type Block =
  | { readonly kind: "heading"; readonly line: number; readonly level: number; readonly text: string }
  | { readonly kind: "prose"; readonly line: number; readonly text: string; readonly isItem: boolean }
  | { readonly kind: "table"; readonly line: number; readonly text: string }
  | { readonly kind: "code"; readonly line: number; readonly end: number; readonly isClosed: boolean };

interface Read {
  readonly block: Block | null;
  /** The index of the line after it. */
  readonly next: number;
}

/** Tries to read a block at a line; null where none of its kind stands there. */
type Reader = (lines: readonly string[], at: number, previous: Block | null) => Read | null;

const fence = /^\s*(?:>\s?)*(`{3,}|~{3,})/;
const atx = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const setext = /^ {0,3}(=+|-{2,})[ \t]*$/;
const item = /^\s*(?:>\s?)*(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?/;
const quote = /^\s*(?:>\s?)+/;
const rule = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const definition = /^ {0,3}\[[^\]]+\]:\s/;
const html = /^\s*<[/!a-zA-Z][^>]*>?/;
const delimiterRow = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?\s*$/;

/** Splits a document into its blocks. Front matter, comments, raw HTML, rules and link definitions are no blocks. */
export function readBlocks(document: string): readonly Block[] {
  const lines = document.split(/\r?\n/);
  const blocks: Block[] = [];
  let at = endOfFrontmatter(lines);
  while (at < lines.length) {
    const previous = blocks.at(-1) ?? null;
    const read = readers.map((reader) => reader(lines, at, previous)).find((found) => found !== null);
    if (read?.block) blocks.push(read.block);
    at = read?.next ?? at + 1;
  }
  return blocks;
}

/** In the order in which they are tried. The last one takes any line that says something. */
const readers: readonly Reader[] = [readBlank, readFence, readIndented, readHeading, readSkipped, readTable, readProse];

function readBlank(lines: readonly string[], at: number): Read | null {
  return (lines[at] ?? "").trim() === "" ? { block: null, next: at + 1 } : null;
}

function readFence(lines: readonly string[], at: number): Read | null {
  const [, opening] = fence.exec(lines[at] ?? "") ?? [];
  if (opening === undefined) return null;
  const closing = new RegExp(`^\\s*(?:>\\s?)*${opening[0]}{${opening.length},}\\s*$`);
  const end = lines.findIndex((line, index) => index > at && closing.test(line));
  const next = end === -1 ? lines.length : end + 1;
  return { block: { kind: "code", line: at + 1, end: next, isClosed: end !== -1 }, next };
}

/** Four spaces after an empty line are code, unless they go on with a list. */
function readIndented(lines: readonly string[], at: number, previous: Block | null): Read | null {
  const isIndented = (line: string | undefined) => /^(?: {4}|\t)/.test(line ?? "");
  const inList = previous?.kind === "prose" && previous.isItem;
  if (!isIndented(lines[at]) || inList || (lines[at - 1] ?? "").trim() !== "") return null;
  const end = lines.findIndex((line, index) => index > at && line.trim() !== "" && !isIndented(line));
  const next = end === -1 ? lines.length : end;
  return { block: { kind: "code", line: at + 1, end: next, isClosed: true }, next };
}

function readHeading(lines: readonly string[], at: number): Read | null {
  const [, marks, title = ""] = atx.exec(lines[at] ?? "") ?? [];
  if (marks !== undefined) return { block: { kind: "heading", line: at + 1, level: marks.length, text: title }, next: at + 1 };
  const [, underline] = setext.exec(lines[at + 1] ?? "") ?? [];
  if (underline === undefined || item.test(lines[at] ?? "") || (lines[at] ?? "").includes("|")) return null;
  const level = underline.startsWith("=") ? 1 : 2;
  return { block: { kind: "heading", line: at + 1, level, text: (lines[at] ?? "").trim() }, next: at + 2 };
}

function readSkipped(lines: readonly string[], at: number): Read | null {
  const line = lines[at] ?? "";
  if (rule.test(line) || definition.test(line)) return { block: null, next: at + 1 };
  if (!html.test(line) || /^\s*<https?:/.test(line)) return null;
  const isEnd = line.trim().startsWith("<!--") ? (text: string) => text.includes("-->") : (text: string) => text.trim() === "";
  const end = lines.findIndex((text, index) => index >= at && isEnd(text));
  return { block: null, next: end === -1 ? lines.length : end + 1 };
}

function readTable(lines: readonly string[], at: number): Read | null {
  if (!(lines[at] ?? "").includes("|") || !delimiterRow.test(lines[at + 1] ?? "")) return null;
  const end = endOf(lines, at, (line) => !line.includes("|"));
  return { block: { kind: "table", line: at + 1, text: lines.slice(at, end).join("\n") }, next: end };
}

/** A paragraph, a list item or a quote, with the lines that go on with it. */
function readProse(lines: readonly string[], at: number): Read {
  const next = endOf(lines, at, (line) => [fence, atx, item, rule].some((start) => start.test(line)));
  const text = lines.slice(at, next).map((line, index) => (index === 0 ? line.replace(item, "") : line).replace(quote, "").trim());
  return { block: { kind: "prose", line: at + 1, text: text.join("\n"), isItem: item.test(lines[at] ?? "") }, next };
}

function endOf(lines: readonly string[], at: number, isOther: (line: string) => boolean): number {
  const end = lines.findIndex((line, index) => index > at && (line.trim() === "" || isOther(line)));
  return end === -1 ? lines.length : end;
}

function endOfFrontmatter(lines: readonly string[]): number {
  const end = lines[0] === "---" ? lines.indexOf("---", 1) : -1;
  return end + 1;
}
