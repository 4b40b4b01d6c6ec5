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

/** The comments of each kind of text: what opens one, and what may close it. */
const syntaxes = {
  hash: /#\s*tama-ignore\s+(?<codes>[^:]*?)\s*(?::(?<reason>.*))?$/d,
  slashes: /\/\/\s*tama-ignore\s+(?<codes>[^:]*?)\s*(?::(?<reason>.*))?$/d,
  markup: /<!--\s*tama-ignore\s+(?<codes>[^:]*?)\s*(?::(?<reason>.*?))?-->/d,
};
type Syntax = keyof typeof syntaxes;

/** Every comment of a file that silences a code: `# tama-ignore CODE[, CODE]: reason`, and its like in Markdown and TypeScript. */
export function commentsIn(file: string, text: string): readonly Comment[] {
  if (!text.includes("tama-ignore")) return [];
  const lines = linesOf(text);
  const closing = file.endsWith(".md") ? closingFence(lines) : 0;
  return lines.flatMap((line, index) => commentsOn(line, { file, lines, index, syntax: syntaxOf(file, index < closing) }));
}

interface At {
  readonly file: string;
  readonly lines: readonly Line[];
  readonly index: number;
  readonly syntax: Syntax;
}

function commentsOn(line: Line, at: At): readonly Comment[] {
  const match = syntaxes[at.syntax].exec(line.text);
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
function linesFor({ lines, index, syntax }: At): readonly number[] {
  const isComment = ({ text }: Line) =>
    text.slice(0, syntaxes[syntax].exec(text)?.index ?? text.length + 1).trim() === "" && text.trim() !== "";
  const next = lines.slice(index + 1).find((line) => !isComment(line));
  const before = lines.slice(0, index).findLast((line) => !isComment(line));
  const fence = syntax === "hash" && before && isFence(before) ? [before.number] : [];
  return [...fence, ...(next ? [next.number] : [])];
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
