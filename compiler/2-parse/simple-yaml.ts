import type { Span } from "../ir/span.ts";
import type { Entry, ListNode, MapNode, Node, ScalarNode } from "./yaml.ts";
import type { YamlSource } from "./yaml-source.ts";

/** A place in YAML: `at` is an offset, `column` that of the line's first character. After the last line it is -1. */
interface Cursor {
  readonly source: YamlSource;
  at: number;
  column: number;
  /** Where the last line that was read ends, its newline included. */
  end: number;
  /** How many collections are open. */
  depth: number;
}

/** More is rare, and past 64 it is told. */
const maxDepth = 32;

/** What stands in no simple YAML: comments, tabs and other controls, spaces at a line's end, marks of documents. */
const unusual = /[^\n -~\u00a1-\u2027\u202a-\ufefe]| \n|(^|[ \n])#|^(---|\.\.\.)/m;
const plainKey = /[A-Za-z_][\w./-]{0,99}(?=:[ \n])/y;
const plainValue = /(?:[\w$./~(\u00a1-\uffff]|-(?=\d))[^\n]*/y;
const plainInFlow = /(?:[\w$./~(\u00a1-\uffff]|-(?=\d))(?:[^,:[\]{}\n]*[^ ,:[\]{}\n])?/y;
const quoted = /"[^"\\\n]*"|'[^'\n]*'(?!')/y;

/**
 * Reads the YAML that nearly all frontmatter is made of: block maps and lists, flow maps and lists on one line, and scalars on one line.
 * Null where anything else stands, wrong or only rare: that is for `readFullYaml`, which is ten times as slow and gives the same for all that this one reads.
 */
export function readSimpleYaml(source: YamlSource): MapNode | null {
  if (!source.text.endsWith("\n") || unusual.test(source.text)) return null;
  const cursor = lineAt({ source, at: 0, column: 0, end: 0, depth: 0 }, 0);
  if (cursor.column !== 0) return null;
  const map = nested(cursor, readMap);
  return cursor.column < 0 ? map : null;
}

/** Goes to the first character of the next line that has some, from a line's start. */
function lineAt(cursor: Cursor, start: number): Cursor {
  const { text } = cursor.source;
  let [line, at] = [start, start];
  for (; text[at] === " " || text[at] === "\n"; at += 1) if (text[at] === "\n") line = at + 1;
  cursor.at = at;
  cursor.column = at < text.length ? at - line : -1;
  return cursor;
}

/** Goes on from a line's end; false where the line has more. */
function endLine(cursor: Cursor): boolean {
  if (cursor.source.text[cursor.at] !== "\n") return false;
  cursor.end = cursor.at + 1;
  lineAt(cursor, cursor.end);
  return true;
}

function nested<T>(cursor: Cursor, read: (cursor: Cursor) => T | null): T | null {
  if (cursor.depth === maxDepth) return null;
  cursor.depth += 1;
  const made = read(cursor);
  cursor.depth -= 1;
  return made;
}

function readMap(cursor: Cursor): MapNode | null {
  const { at: start, column } = cursor;
  const entries: Entry[] = [];
  do {
    const key = wordAt(cursor, plainKey);
    if (!key || !cursor.source.text.startsWith(":", cursor.at)) return null;
    cursor.at += 1;
    const value = readValue(cursor, column);
    if (!value) return null;
    entries.push({ key: { value: key.source, span: key.span }, value });
  } while (cursor.column === column);
  return cursor.column > column ? null : mapOf(entries, spanOf(cursor, start, cursor.end));
}

/** Null where a key stands twice. */
function mapOf(entries: readonly Entry[], span: Span): MapNode | null {
  const isDistinct = new Set(entries.map(({ key }) => key.value)).size === entries.length;
  return isDistinct ? { kind: "map", span, entries } : null;
}

/** What follows `key:`. A list may begin below its key. */
function readValue(cursor: Cursor, column: number): Node | null {
  if (!endLine(cursor)) return cursor.source.text[cursor.at] === " " ? readInline(cursor) : null;
  const isItem = cursor.source.text.startsWith("- ", cursor.at);
  if (cursor.column < column || (cursor.column === column && !isItem)) return null;
  return isItem ? nested(cursor, readList) : nested(cursor, readMap);
}

function readList(cursor: Cursor): ListNode | null {
  const { at: start, column } = cursor;
  const items: Node[] = [];
  do {
    cursor.at += 1;
    const item = readItem(cursor, column);
    if (!item) return null;
    items.push(item);
  } while (cursor.column === column && cursor.source.text.startsWith("- ", cursor.at));
  return cursor.column > column ? null : { kind: "list", span: spanOf(cursor, start, cursor.end), items };
}

/** What follows `-`: a map whose first key stands beside it, or what fits on the line. */
function readItem(cursor: Cursor, column: number): Node | null {
  const dash = cursor.at - 1;
  skipSpaces(cursor);
  const { at } = cursor;
  const isMap = wordAt(cursor, plainKey) !== null && cursor.source.text.startsWith(":", cursor.at);
  cursor.at = at;
  if (!isMap) return readInline(cursor);
  cursor.column = column + at - dash;
  return nested(cursor, readMap);
}

/** A value that ends with its line. */
function readInline(cursor: Cursor): Node | null {
  skipSpaces(cursor);
  const value = valueAt(cursor, plainValue);
  return value && endLine(cursor) ? value : null;
}

/** Its first character tells what it is. */
function valueAt(cursor: Cursor, plain: RegExp): Node | null {
  switch (cursor.source.text[cursor.at]) {
    case "[":
      return nested(cursor, flowList);
    case "{":
      return nested(cursor, flowMap);
    default:
      return wordAt(cursor, plain);
  }
}

function flowList(cursor: Cursor): ListNode | null {
  const start = cursor.at;
  const items: Node[] = [];
  const isWhole = members(cursor, "]", () => {
    const item = valueAt(cursor, plainInFlow);
    if (item) items.push(item);
    return item !== null;
  });
  return isWhole ? { kind: "list", span: spanOf(cursor, start, cursor.at), items } : null;
}

function flowMap(cursor: Cursor): MapNode | null {
  const start = cursor.at;
  const entries: Entry[] = [];
  const isWhole = members(cursor, "}", () => {
    const key = wordAt(cursor, plainKey);
    if (!key || cursor.source.text[cursor.at] !== ":") return false;
    cursor.at += 1;
    skipSpaces(cursor);
    const value = valueAt(cursor, plainInFlow);
    if (value) entries.push({ key: { value: key.source, span: key.span }, value });
    return value !== null;
  });
  return isWhole ? mapOf(entries, spanOf(cursor, start, cursor.at)) : null;
}

/** Reads what stands between brackets, with a comma after each but the last; false where something else does. */
function members(cursor: Cursor, close: string, read: () => boolean): boolean {
  const { text } = cursor.source;
  cursor.at += 1;
  skipSpaces(cursor);
  for (let isFirst = true; isFirst ? text[cursor.at] !== close : text[cursor.at] === ","; isFirst = false) {
    if (!isFirst) cursor.at += 1;
    skipSpaces(cursor);
    if (!read()) return false;
    skipSpaces(cursor);
  }
  cursor.at += 1;
  return text[cursor.at - 1] === close;
}

function wordAt(cursor: Cursor, plain: RegExp): ScalarNode | null {
  const start = cursor.at;
  const first = cursor.source.text[start];
  const isQuoted = first === '"' || first === "'";
  const raw = match(isQuoted ? quoted : plain, cursor) ?? "";
  const source = isQuoted ? raw.slice(1, -1) : raw;
  const value = isQuoted && raw !== "" ? source : plainOf(raw);
  return value === undefined ? null : { kind: "scalar", span: spanOf(cursor, start, cursor.at), value, source, raw };
}

const words: ReadonlyMap<string, null | boolean> = new Map([
  ...["~", "null", "Null", "NULL"].map((word) => [word, null] as const),
  ...["true", "True", "TRUE"].map((word) => [word, true] as const),
  ...["false", "False", "FALSE"].map((word) => [word, false] as const),
]);

/** What a plain scalar stands for in YAML's core schema; undefined where it may be a number that is rarely written so, or no plain scalar. */
function plainOf(raw: string): ScalarNode["value"] | undefined {
  if (raw === "" || raw.endsWith(":") || raw.includes(": ")) return undefined;
  const word = words.get(raw);
  if (word !== undefined) return word;
  if (!/^[-.\d]/.test(raw)) return raw;
  if (/^-?\d{1,15}(\.\d{1,15})?$/.test(raw)) return Number(raw);
  return /^[^ ]+ |^\.{1,2}\/|^\d+[.-]\d+[.-]\d[\w.-]*$/.test(raw) ? raw : undefined;
}

function skipSpaces(cursor: Cursor): void {
  while (cursor.source.text[cursor.at] === " ") cursor.at += 1;
}

/** What a sticky pattern finds here, and goes past it. */
function match(pattern: RegExp, cursor: Cursor): string | null {
  const { text } = cursor.source;
  const start = cursor.at;
  pattern.lastIndex = start;
  if (!pattern.test(text)) return null;
  cursor.at = pattern.lastIndex;
  return text.slice(start, cursor.at);
}

function spanOf({ source: { file, at } }: Cursor, start: number, end: number): Span {
  return { file, start: at + start, end: at + end };
}
