import type { Span } from "../ir/span.ts";

/** Where a key of a config and its value stand; a list's items are their own keys. */
export interface Place {
  readonly key: Span;
  readonly value: Span;
}

/** Places by path, its parts joined by `/`: `models/default`. */
export type Places = ReadonlyMap<string, Place>;

interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

interface Scan {
  readonly file: string;
  readonly tokens: readonly Token[];
  /** What stands between a key and its value. */
  readonly separator: ":" | "=";
  readonly places: Map<string, Place>;
  at: number;
}

const strings = /""".*?"""|'''.*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/.source;
/** `.` is any character, line ends too. */
const lexical = {
  ts: new RegExp(`//[^\\n]*|/\\*.*?(?:\\*/|$)|${strings}|=>|[^\\s{}[\\](),:=;"'\`/]+|\\S`, "gs"),
  toml: new RegExp(`#[^\\n]*|${strings}|\\n|[^\\s{}[\\](),:=;"'\`#]+|\\S`, "gs"),
};
const closers: Readonly<Record<string, string>> = { "{": "}", "[": "]", "(": ")" };
const maxDepth = 64;

/**
 * Finds the keys of a config's or a worker's text, for spans alone: a scan, no parse, because the value is known already. It is right
 * for literal objects; a key that it does not find has no place. Total on any text.
 */
export function findPlaces(file: string, format: "ts" | "toml", text: string): Places {
  const found = [...text.matchAll(lexical[format])].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
  const tokens = found.filter((token) => !/^(#|\/\/|\/\*)/.test(token.text));
  const scan: Scan = { file, tokens, separator: format === "ts" ? ":" : "=", places: new Map(), at: 0 };
  if (format === "ts") scanExport(scan);
  else scanDocument(scan);
  return scan.places;
}

/** The place of what a path leads to, or of the nearest key around it; undefined where none is known. */
export function nearestPlace(places: Places, path: readonly string[], part: keyof Place): Span | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const place = places.get(path.slice(0, length).join("/"));
    if (place) return length === path.length ? place[part] : place.key;
  }
  return undefined;
}

/** The object given to `defineConfig`, or to the last of the define functions, or else the default export. */
function scanExport(scan: Scan): void {
  const texts = scan.tokens.map((token) => token.text);
  const callOf = (name: RegExp) =>
    texts.findLastIndex((text, index) => name.test(text) && texts[index + 1] === "(" && texts[index + 2] === "{");
  const config = callOf(/^defineConfig$/);
  const call = config === -1 ? callOf(/^define[A-Z]/) : config;
  const start = call === -1 ? texts.findIndex((text, index) => text === "default" && texts[index + 1] === "{") + 1 : call + 2;
  scan.at = start;
  if (start > 0) scanValue(scan, [], 0);
}

/** TOML's lines: `[a.b]` opens a table, `key = value` stands in it. */
function scanDocument(scan: Scan): void {
  let table: readonly string[] = [];
  while (scan.at < scan.tokens.length) {
    const start = scan.at;
    const line = lineAt(scan);
    const assigned = line.findIndex((token) => token.text === "=");
    if (line[0]?.text === "[") table = keyPath(line.filter((token) => token.text !== "[" && token.text !== "]"));
    else if (assigned > 0) scanAssignment(scan, table, line.slice(0, assigned));
    scan.at = Math.max(scan.at, start + line.length);
    while (scan.at < scan.tokens.length && scan.tokens[scan.at]?.text !== "\n") scan.at += 1;
    scan.at += 1;
  }
}

function lineAt(scan: Scan): readonly Token[] {
  let end = scan.at;
  while (end < scan.tokens.length && scan.tokens[end]?.text !== "\n") end += 1;
  return scan.tokens.slice(scan.at, end);
}

function scanAssignment(scan: Scan, table: readonly string[], key: readonly Token[]): void {
  scan.at += key.length + 1;
  place(scan, [...table, ...keyPath(key)], key);
}

/** Records a key, and scans its value, at which the scan stands. */
function place(scan: Scan, path: readonly string[], key: readonly Token[]): void {
  const value = scanValue(scan, path, path.length);
  const [first, last] = [key[0], key.at(-1)];
  if (!first || !last) return;
  const span = { file: scan.file, start: first.start, end: last.end };
  scan.places.set(path.join("/"), { key: span, value: value ?? span });
}

function scanValue(scan: Scan, path: readonly string[], depth: number): Span | null {
  const first = scan.tokens[scan.at];
  if (!first || isEnd(first.text)) return null;
  if (depth < maxDepth && first.text === "{") scanMembers(scan, "}", () => scanMember(scan, path));
  else if (depth < maxDepth && first.text === "[") scanMembers(scan, "]", (index) => scanItem(scan, [...path, String(index)]));
  skipExpression(scan);
  return { file: scan.file, start: first.start, end: scan.tokens[scan.at - 1]?.end ?? first.end };
}

function scanMembers(scan: Scan, closer: string, member: (index: number) => void): void {
  scan.at += 1;
  for (let index = 0; ; index += 1) {
    skipNewlines(scan);
    const token = scan.tokens[scan.at];
    if (!token) return;
    if (token.text === closer) break;
    const before = scan.at;
    member(index);
    skipNewlines(scan);
    if (scan.tokens[scan.at]?.text === "," || scan.at === before) scan.at += 1;
  }
  scan.at += 1;
}

function scanMember(scan: Scan, path: readonly string[]): void {
  const key = scan.tokens[scan.at];
  if (key && scan.tokens[scan.at + 1]?.text === scan.separator) {
    scan.at += 2;
    place(scan, [...path, ...(scan.separator === ":" ? [unquote(key.text)] : keyPath([key]))], [key]);
  } else {
    skipExpression(scan);
  }
}

function scanItem(scan: Scan, path: readonly string[]): void {
  const value = scanValue(scan, path, path.length);
  if (value) scan.places.set(path.join("/"), { key: value, value });
}

/** Goes on to what ends the value: a comma, a closing bracket, a line's end. */
function skipExpression(scan: Scan): void {
  const open: string[] = [];
  for (; scan.at < scan.tokens.length; scan.at += 1) {
    const text = scan.tokens[scan.at]?.text ?? "";
    const closer = closers[text];
    if (open.length === 0 && isEnd(text)) return;
    if (closer !== undefined) open.push(closer);
    else if (text === open.at(-1)) open.pop();
  }
}

function skipNewlines(scan: Scan): void {
  while (scan.tokens[scan.at]?.text === "\n") scan.at += 1;
}

function isEnd(text: string): boolean {
  return text === "," || text === "}" || text === "]" || text === ")" || text === "\n";
}

/** `a."b.c"` is a, b.c. */
function keyPath(tokens: readonly Token[]): readonly string[] {
  return tokens.flatMap(({ text }) => (/^["']/.test(text) ? [unquote(text)] : text.split(".").filter((part) => part !== "")));
}

function unquote(text: string): string {
  return /^(["']).*\1$/s.test(text) ? text.slice(1, -1) : text;
}
