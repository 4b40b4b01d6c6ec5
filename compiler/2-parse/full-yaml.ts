import { type Alias, isAlias, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import {
  parseDuplicateKey,
  parseDuplicateKeyNotes,
  parseNeedsQuotes,
  parseTooDeep,
  parseTooManyAliases,
  parseUnknownAlias,
  parseWrongType,
} from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { watch } from "../diagnostics/watch.ts";
import type { Span } from "../ir/span.ts";
import type { Entry, Node, ScalarNode } from "./yaml.ts";
import { spanOf, type YamlSource } from "./yaml-source.ts";
import { composeDocument, maxDepth } from "./yaml-syntax.ts";

/** How many values aliases may stand for: a few of them can stand for gigabytes. */
const maxRepeated = 10_000;

interface Reading {
  readonly source: YamlSource;
  readonly report: Report;
  readonly anchors: Map<string, Anchor>;
  /** How many values the aliases stand for so far, those in what they repeat included. */
  repeated: number;
}

/** A value that aliases repeat, how many values that is, and the levels that it has. */
interface Anchor {
  readonly node: Node;
  readonly size: number;
  readonly height: number;
}

/** Reads all of YAML, by the library. */
export function readFullYaml(source: YamlSource, report: Report): Node | null {
  const document = composeDocument(source, report);
  if (!document) return null;
  const watched = watch(report);
  const node = read(document.contents, spanOf(source, [0, 0]), 0, { source, report: watched.report, anchors: new Map(), repeated: 0 });
  return watched.hasErrors() ? null : node;
}

/** `fallback` is the place of a value that is not there. */
function read(node: unknown, fallback: Span, depth: number, reading: Reading): Node {
  const span = placeOf(node, fallback, reading);
  if (depth > maxDepth) return tooDeep(span, reading);
  if (isAlias(node)) return readAlias(node, span, depth, reading);
  const made = readSolid(node, span, depth, reading);
  if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor)
    reading.anchors.set(node.anchor, { node: made, size: sizeOf(made), height: heightOf(made) });
  return made;
}

function readSolid(node: unknown, span: Span, depth: number, reading: Reading): Node {
  if (isMap(node)) return { kind: "map", span, entries: readEntries(node, depth, reading) };
  if (isSeq(node)) return { kind: "list", span, items: readItems(node, span, depth, reading) };
  return isScalar(node) ? readScalar(node, span, reading) : nothing(span);
}

/** Repeats what was anchored, as long as that is little. */
function readAlias(node: Alias, span: Span, depth: number, reading: Reading): Node {
  const target = reading.anchors.get(node.source);
  const before = reading.repeated;
  reading.repeated += target?.size ?? 1;
  if (!target) reading.report(parseUnknownAlias(span, { name: node.source }));
  if (reading.repeated > maxRepeated) return tooMany(span, before, reading);
  if (!target) return nothing(span);
  if (depth + target.height > maxDepth) return tooDeep(span, reading);
  return target.node.kind === "scalar" ? { ...target.node, span, raw: rawAt(span, reading) } : { ...target.node, span };
}

/** Told once, where there are too many for the first time. */
function tooMany(span: Span, before: number, { report }: Reading): ScalarNode {
  if (before <= maxRepeated) report(parseTooManyAliases(span, { limit: maxRepeated }));
  return nothing(span);
}

function tooDeep(span: Span, { report }: Reading): ScalarNode {
  report(parseTooDeep(span, { limit: maxDepth }));
  return nothing(span);
}

function sizeOf(node: Node): number {
  return innerOf(node).reduce((size, one) => size + sizeOf(one), 1);
}

function heightOf(node: Node): number {
  return innerOf(node).reduce((height, one) => Math.max(height, heightOf(one) + 1), 0);
}

function innerOf(node: Node): readonly Node[] {
  if (node.kind === "scalar") return [];
  return node.kind === "map" ? node.entries.map(({ value }) => value) : node.items;
}

function readItems(node: YAMLSeq, span: Span, depth: number, reading: Reading): readonly Node[] {
  return node.items.map((item) => read(item, span, depth + 1, reading));
}

/** The entries of a map; of a key that stands twice, the first. */
function readEntries(node: YAMLMap, depth: number, reading: Reading): readonly Entry[] {
  const entries = node.items.flatMap((pair) => readEntry(pair, depth, reading));
  const firsts = new Map<string, Entry>();
  for (const entry of entries) {
    const first = firsts.get(entry.key.value);
    if (first) reading.report(parseDuplicateKey(entry.key.span, { key: entry.key.value }, [parseDuplicateKeyNotes.first(first.key.span)]));
    else firsts.set(entry.key.value, entry);
  }
  return [...firsts.values()];
}

function readEntry({ key, value }: Pair, depth: number, reading: Reading): readonly Entry[] {
  const span = placeOf(key, spanOf(reading.source, [0, 0]), reading);
  if (isScalar(key)) return [{ key: { value: scalarSource(key), span }, value: read(value, span, depth + 1, reading) }];
  const found = isMap(key) ? "keys and values" : "a list";
  const isTemplate = isMap(key) && value === null;
  reading.report(
    isTemplate
      ? parseNeedsQuotes(span, { start: "{{" })
      : parseWrongType(span, { key: "key", expected: "a plain word", found, suggestion: null }),
  );
  return [];
}

function readScalar(node: Scalar, span: Span, reading: Reading): ScalarNode {
  const { value } = node;
  const plain = typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
  return { kind: "scalar", span, value: plain, source: scalarSource(node), raw: rawAt(span, reading) };
}

function rawAt({ start, end }: Span, { source }: Reading): string {
  return source.text.slice(start - source.at, end - source.at);
}

function scalarSource(node: Scalar): string {
  return typeof node.value === "string" ? node.value : (node.source ?? "");
}

function nothing(span: Span): ScalarNode {
  return { kind: "scalar", span, value: null, source: "", raw: "" };
}

function placeOf(node: unknown, fallback: Span, { source }: Reading): Span {
  const range = isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? node.range : null;
  return range && range[1] > range[0] ? spanOf(source, range) : fallback;
}
