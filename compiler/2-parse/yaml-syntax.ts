import { Composer, type CST, type Document, type ErrorCode, Parser, type YAMLError } from "yaml";
import {
  parseAfterQuotes,
  parseBadIndent,
  parseBadYaml,
  parseColonInValue,
  parseMoreDocuments,
  parseNeedsQuotes,
  parseNoColon,
  parseTabIndent,
  parseTooDeep,
  parseUnclosed,
  parseUnknownTag,
} from "../diagnostics/codes.generated.ts";
import type { Diagnostic, Report } from "../diagnostics/diagnostic.ts";
import { spanOf, type YamlSource } from "./yaml-source.ts";

/** How deep values may nest. */
export const maxDepth = 64;

type Explain = (source: YamlSource, problem: YAMLError, tokens: readonly CST.Token[]) => Diagnostic | null;

/** What the library's codes mean to who wrote the file; null where its own words must do. */
const explanations: Partial<Record<ErrorCode, Explain>> = {
  BAD_INDENT: (source, problem, tokens) => unclosed(source, problem, tokens) ?? badIndent(source, problem.pos[0]),
  BAD_SCALAR_START: (source, { pos }) => parseNeedsQuotes(spanOf(source, pos), { start: source.text.charAt(pos[0]) }),
  BLOCK_AS_IMPLICIT_KEY: colonInValue,
  MISSING_CHAR: (source, problem, tokens) => unclosed(source, problem, tokens) ?? noColon(source, problem),
  MULTILINE_IMPLICIT_KEY: noColon,
  TAB_AS_INDENT: (source, { pos }) => parseTabIndent(spanOf(source, pos)),
  TAG_RESOLVE_FAILED: (source, { pos }) => parseUnknownTag(spanOf(source, pos), { tag: source.text.slice(...pos) }),
  UNEXPECTED_TOKEN: unexpected,
};

/** The document of a source; null after an error, which has been reported: one, since others follow from the first. */
export function composeDocument(source: YamlSource, report: Report): Document.Parsed | null {
  const tokens = [...new Parser().parse(source.text)];
  const deep = belowDepth(tokens);
  if (deep) report(parseTooDeep(spanOf(source, [deep.offset, deep.offset + 1]), { limit: maxDepth }));
  if (deep) return null;
  const [document, another] = new Composer({ uniqueKeys: false, logLevel: "silent" }).compose(tokens, true, source.text.length);
  const problem = document?.errors[0] ?? document?.warnings[0];
  if (problem) report(syntaxFinding(source, problem, tokens));
  else if (another) report(parseMoreDocuments(lineSpan(source, another.range[0])));
  return document && !problem && !another ? document : null;
}

/** The first token below the depth allowed. The library composes recursively, and V8 may abort where a stack ends: so it gets nothing deep. */
function belowDepth(tokens: readonly CST.Token[]): CST.Token | undefined {
  let level = tokens;
  for (let depth = -1; depth <= maxDepth && level.length > 0; depth += 1) level = level.flatMap(childrenOf);
  return level[0];
}

function childrenOf(token: CST.Token): readonly CST.Token[] {
  if (token.type === "document") return token.value ? [token.value] : [];
  if (!("items" in token)) return [];
  return token.items.flatMap(({ key, value }) => [...(key ? [key] : []), ...(value ? [value] : [])]);
}

function syntaxFinding(source: YamlSource, problem: YAMLError, tokens: readonly CST.Token[]): Diagnostic {
  const { code, message, pos } = problem;
  const reason = message.charAt(0).toLowerCase() + message.slice(1);
  return explanations[code]?.(source, problem, tokens) ?? parseBadYaml(spanOf(source, pos), { reason });
}

/** The bracket or quote that was opened, not the place where its end was missed. */
function unclosed(source: YamlSource, { message, pos }: YAMLError, tokens: readonly CST.Token[]): Diagnostic | null {
  const all = tokens.flatMap(withInner);
  const flow = all.find((token) => token.type === "flow-collection" && token.end[0]?.source !== closers[token.start.source]);
  const quote = all.filter(({ type, offset }) => /-quoted-scalar$/.test(type) && offset < pos[0]).sort((a, b) => b.offset - a.offset)[0];
  const token = /end with a /.test(message) ? flow : /^Missing closing .quote/.test(message) ? quote : undefined;
  if (!token) return null;
  const opener = source.text.charAt(token.offset);
  return parseUnclosed(spanOf(source, [token.offset, token.offset + 1]), { opener, closer: closers[opener] ?? opener });
}

const closers: Readonly<Record<string, string>> = { "[": "]", "{": "}" };

/** A token after those that it holds. */
function withInner(token: CST.Token): readonly CST.Token[] {
  return [...childrenOf(token).flatMap(withInner), token];
}

/** A value goes on below where what stands there is indented further; then a colon there makes a key of the whole. */
function colonInValue(source: YamlSource, { pos }: YAMLError): Diagnostic {
  const { text } = source;
  const end = lineEnd(text, pos[0]);
  if (/:(\s|$)/.test(text.slice(pos[0], end))) return parseColonInValue(spanOf(source, pos));
  return badIndent(source, end + 1);
}

function noColon(source: YamlSource, { message, pos }: YAMLError): Diagnostic | null {
  return /^Implicit (map )?keys/.test(message) ? parseNoColon(lineSpan(source, pos[0])) : null;
}

/** More than a value was given, or a value begins with what is a sign of YAML's own. */
function unexpected(source: YamlSource, { message, pos: [at] }: YAMLError): Diagnostic | null {
  if (!/at node end$|^Not a YAML token|on same line with key$/.test(message)) return null;
  const { text } = source;
  const begin = text.lastIndexOf("\n", at - 1) + 1;
  const [before = ""] = /^ *(?:- +)*(?:[^:#\n]*: +)?/.exec(text.slice(begin, lineEnd(text, at))) ?? [];
  if (begin + before.length > at || text.slice(begin, at).trim() === "") return badIndent(source, at);
  const start = text.charAt(begin + before.length);
  const rest = lineSpan(source, at);
  if (start === "'" || start === '"') return parseAfterQuotes(rest, { quote: start, escaped: start === "'" ? "''" : '\\"' });
  return parseNeedsQuotes(lineSpan(source, begin + before.length), { start });
}

function badIndent(source: YamlSource, at: number): Diagnostic {
  return parseBadIndent(lineSpan(source, source.text.lastIndexOf("\n", at - 1) + 1));
}

/** The rest of a line, without the blanks around it. */
function lineSpan(source: YamlSource, at: number) {
  const rest = source.text.slice(at, lineEnd(source.text, at));
  const start = at + rest.length - rest.trimStart().length;
  return spanOf(source, [start, start + rest.trim().length]);
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end;
}
