import type { Span } from "../../ir/span.ts";

/** A comment that silences a code on lines, counted from 1. */
export interface Comment {
  readonly code: string;
  readonly codeSpan: Span;
  readonly reason: string | null;
  readonly file: string;
  readonly lines: readonly number[];
}

interface Line {
  readonly text: string;
  readonly start: number;
  /** Counted from 1. */
  readonly number: number;
}

/** The comments of each kind of text: what opens one, and what may close it. Each part can end in one place only, so that no line takes long. */
const syntaxes = {
  hash: /#\s*tama-ignore\s(?<codes>[^:]*)(?::(?<reason>.*))?$/ds,
  slashes: /\/\/\s*tama-ignore\s(?<codes>[^:]*)(?::(?<reason>.*))?$/ds,
  markup: /<!--\s*tama-ignore\s(?<codes>[^:]*?)(?::(?<reason>.*?))?-->/ds,
};
type Syntax = keyof typeof syntaxes;
const maxLine = 10_000;

/** Every comment of a file that silences a code: `# tama-ignore CODE[, CODE]: reason`, and its like in Markdown and TypeScript. */
export function commentsIn(file: string, text: string): readonly Comment[] {
  if (!text.includes("tama-ignore")) return [];
  const lines = linesOf(text);
  const closing = file.endsWith(".md") ? closingFence(lines) : 0;
  const around = { hash: neighbours(lines, "hash"), slashes: neighbours(lines, "slashes"), markup: neighbours(lines, "markup") };
  return lines.flatMap((line, index) => {
    const syntax = syntaxOf(file, index < closing);
    return commentsOn(line, { file, syntax, ...around[syntax](index) });
  });
}

interface At {
  readonly file: string;
  readonly syntax: Syntax;
  /** The nearest lines that hold more than such a comment. */
  readonly before: Line | null;
  readonly next: Line | null;
}

function commentsOn(line: Line, at: At): readonly Comment[] {
  const match = matchIn(line, at.syntax);
  const codes = match?.groups?.["codes"];
  if (!match || codes === undefined) return [];
  const from = line.start + (match.indices?.groups?.["codes"]?.[0] ?? 0);
  const reason = match.groups?.["reason"]?.trim() || null;
  const lines = line.text.slice(0, match.index).trim() === "" ? linesFor(at) : [line.number];
  return [...codes.matchAll(/[^\s,]+/g)].map((word) => {
    const start = from + word.index;
    return { code: word[0], codeSpan: { file: at.file, start, end: start + word[0].length }, reason, file: at.file, lines };
  });
}

/** What a comment on a line of its own stands for: the next line that is no such comment, and the fence that it directly follows. */
function linesFor({ before, next, syntax }: At): readonly number[] {
  const fence = syntax === "hash" && before && isFence(before) ? [before.number] : [];
  return [...fence, ...(next ? [next.number] : [])];
}

/** For each line the nearest ones, before and after it, that are no comments of their own. */
function neighbours(lines: readonly Line[], syntax: Syntax): (index: number) => Pick<At, "before" | "next"> {
  const isOther = lines.map((line) => !isComment(line, syntax));
  const before = nearest(lines, isOther);
  const next = nearest(lines.toReversed(), isOther.toReversed()).reverse();
  return (index) => ({ before: before[index] ?? null, next: next[index] ?? null });
}

/** For each line the last one before it that counts. */
function nearest(lines: readonly Line[], counts: readonly boolean[]): (Line | null)[] {
  let last: Line | null = null;
  return lines.map((line, index) => {
    const found = last;
    if (counts[index]) last = line;
    return found;
  });
}

function isComment(line: Line, syntax: Syntax): boolean {
  const match = matchIn(line, syntax);
  return match !== null && line.text.slice(0, match.index).trim() === "";
}

/** A line that is longer than anyone writes holds none. */
function matchIn({ text }: Line, syntax: Syntax): RegExpExecArray | null {
  return text.length <= maxLine && text.includes("tama-ignore") ? syntaxes[syntax].exec(text) : null;
}

function isFence({ text }: Line): boolean {
  return /^---[ \t]*$/.test(text);
}

function syntaxOf(file: string, inFrontmatter: boolean): Syntax {
  if (file.endsWith(".md")) return inFrontmatter ? "hash" : "markup";
  return file.endsWith(".ts") ? "slashes" : "hash";
}

/** The index of the line that closes the frontmatter; 0 where there is none. */
function closingFence(lines: readonly Line[]): number {
  const opening = lines.findIndex(({ text }) => text.trim() !== "");
  const first = lines[opening];
  if (!first || !isFence(first)) return 0;
  return Math.max(
    lines.findIndex((line, index) => index > opening && isFence(line)),
    0,
  );
}

function linesOf(text: string): readonly Line[] {
  let start = 0;
  return text.split("\n").map((line, index) => {
    const made = { text: line, start, number: index + 1 };
    start += line.length + 1;
    return made;
  });
}
