import type { SourceFile } from "../1-source/types.ts";
import {
  parseEmptyFrontmatter,
  parseIndentedFence,
  parseNoFrontmatter,
  parseUnclosedFrontmatter,
  parseWrongType,
} from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { Span } from "../ir/span.ts";
import { type Split, splitFrontmatter } from "./frontmatter.ts";
import type { Located } from "./types.ts";
import { type FullYaml, type MapNode, readYaml } from "./yaml.ts";

/** A Markdown file with its frontmatter read. `head` is the line that opens it, `span` its first key. */
export interface Document {
  readonly file: string;
  readonly head: Span;
  readonly span: Span;
  readonly map: MapNode;
  readonly body: Located<string>;
}

/** Reads a file that must have frontmatter. Null after a finding. */
export function readDocument(file: SourceFile, yaml: FullYaml, report: Report): Document | null {
  const document = readWhole(file, yaml, report);
  if (document?.map.entries.length !== 0) return document;
  report(parseEmptyFrontmatter(document.head));
  return null;
}

function readWhole(file: SourceFile, yaml: FullYaml, report: Report): Document | null {
  const split = splitFrontmatter(file.text);
  if (split.kind === "found") return readFound(file.path, split, yaml, report);
  if (split.kind === "indented") report(parseIndentedFence(line(file, split.start)));
  else report(split.kind === "unclosed" ? parseUnclosedFrontmatter(line(file, split.start)) : parseNoFrontmatter(line(file, 0)));
  return null;
}

/** Reads a file that may do without frontmatter: then all of it is body. */
export function readOptionalDocument(file: SourceFile, yaml: FullYaml, report: Report): Document | null {
  if (splitFrontmatter(file.text).kind !== "none") return readWhole(file, yaml, report);
  const head = line(file, 0);
  const body = { value: file.text, span: { file: file.path, start: 0, end: file.text.length } };
  return { file: file.path, head, span: head, map: { kind: "map", span: head, entries: [] }, body };
}

function readFound(file: string, split: Split & { readonly kind: "found" }, yaml: FullYaml, report: Report): Document | null {
  const root = readYaml({ file, text: split.yaml, at: split.yamlAt }, yaml, report);
  if (root === null) return null;
  const head = { file, start: split.start, end: split.start + "---".length };
  const body = { value: split.body, span: { file, start: split.bodyAt, end: split.bodyAt + split.body.length } };
  if (root.kind === "map") return { file, head, span: root.entries[0]?.key.span ?? head, map: root, body };
  if (root.kind === "scalar" && root.value === null) return { file, head, span: head, map: { kind: "map", span: head, entries: [] }, body };
  const found = root.kind === "list" ? "a list" : "a single value";
  report(parseWrongType(root.span, { key: "frontmatter", expected: "keys and values", found, suggestion: null }));
  return null;
}

/** The line that holds an offset, from there on. */
function line({ path, text }: SourceFile, start: number): Span {
  const end = text.indexOf("\n", start);
  return { file: path, start, end: end === -1 ? text.length : end };
}
