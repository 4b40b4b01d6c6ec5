import type { Extent } from "./syntax.ts";

/** A step in the raw text: how far it goes, and how many characters of the value it makes. */
interface Step {
  readonly length: number;
  readonly makes: number;
}

/**
 * For each character of a YAML scalar's value, the stretch of `raw`, as it stands in the file, that it comes from. What cannot
 * be told apart falls to the end, never outside.
 * @see YAML 1.2.2, chapters 7.3 and 8.1
 */
export function align(raw: string, value: string): readonly Extent[] {
  const step = stepper(raw, value);
  const places: Extent[] = [];
  for (let at = contentStart(raw, value); at < raw.length && places.length < value.length; ) {
    const { length, makes } = step(at, value[places.length] ?? "");
    for (let made = 0; made < makes; made += 1) places.push({ start: at, end: at + length });
    at += length;
  }
  const rest = { start: raw.length, end: raw.length };
  return [...places.slice(0, value.length), ...Array.from({ length: value.length - places.length }, () => rest)];
}

function stepper(raw: string, value: string): (at: number, next: string) => Step {
  const lineBreak = isBlock(raw) ? blockBreak(raw, indentOf(raw, value)) : flowBreak(raw);
  return (at, next) => {
    const broken = lineBreak(at, next);
    if (broken) return broken;
    if (raw.startsWith('"')) return escaped(raw, at);
    return { length: raw.startsWith("'") && raw.startsWith("''", at) ? 2 : 1, makes: 1 };
  };
}

/** A line's end in a plain or quoted text becomes a space, with empty lines after it one break less than there are. */
function flowBreak(raw: string): (at: number) => Step | null {
  return (at) => {
    const blank = match(/[ \t]*\n\s*/y, raw, at);
    return blank === null ? null : { length: blank.length, makes: Math.max(1, blank.split("\n").length - 2) };
  };
}

/** A line's end in a block stays, is folded to a space, or is left out, as the value tells. */
function blockBreak(raw: string, indent: number): (at: number, next: string) => Step | null {
  const lineEnd = new RegExp(`\\n {0,${indent}}`, "y");
  return (at, next) => {
    const blank = match(lineEnd, raw, at);
    return blank === null ? null : { length: blank.length, makes: next === " " || next === "\n" ? 1 : 0 };
  };
}

function escaped(raw: string, at: number): Step {
  const found = match(/\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\n[ \t]*|[^\n])/y, raw, at);
  if (found === null) return { length: 1, makes: 1 };
  if (found.startsWith("\\\n")) return { length: found.length, makes: 0 };
  return { length: found.length, makes: found.startsWith("\\U") && Number.parseInt(found.slice(2), 16) > 0xffff ? 2 : 1 };
}

function isBlock(raw: string): boolean {
  return raw.startsWith("|") || raw.startsWith(">");
}

/** After the opening quote, or after a block's header line and the first line's indentation. */
function contentStart(raw: string, value: string): number {
  if (raw.startsWith('"') || raw.startsWith("'")) return 1;
  if (!isBlock(raw)) return 0;
  const line = raw.indexOf("\n") + 1;
  return line + (match(new RegExp(` {0,${indentOf(raw, value)}}`, "y"), raw, line)?.length ?? 0);
}

/** By how much the lines of a block are indented: what its first line with content has in the file and not in the value. */
function indentOf(raw: string, value: string): number {
  const spaces = (text: string) => /^[\n ]*?( *)(?=[^ \n]|$)/.exec(text)?.[1]?.length ?? 0;
  return Math.max(0, spaces(raw.slice(raw.indexOf("\n") + 1)) - spaces(value));
}

function match(sticky: RegExp, text: string, at: number): string | null {
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0] ?? null;
}
