import type { Report } from "../diagnostics/diagnostic.ts";
import type { Span } from "../ir/span.ts";
import { readSimpleYaml } from "./simple-yaml.ts";
import type { Located } from "./types.ts";
import type { YamlSource } from "./yaml-source.ts";

/** YAML as plain data with places. A scalar's `source` is how it is written, without quotes; `raw` is what its place holds. */
export type Node = MapNode | ListNode | ScalarNode;

export interface MapNode {
  readonly kind: "map";
  readonly span: Span;
  readonly entries: readonly Entry[];
}

export interface ListNode {
  readonly kind: "list";
  readonly span: Span;
  readonly items: readonly Node[];
}

export interface ScalarNode {
  readonly kind: "scalar";
  readonly span: Span;
  readonly value: string | number | boolean | null;
  readonly source: string;
  readonly raw: string;
}

export interface Entry {
  readonly key: Located<string>;
  readonly value: Node;
}

/** Reads what simple YAML is not: `readFullYaml`, which whoever compiles loads only where it is asked for. */
export type FullYaml = (source: YamlSource, report: Report) => Node | null;

/** Reads YAML 1.2 (core schema). Null after an error, which has been reported: one for syntax, since others follow from the first. */
export function readYaml(source: YamlSource, full: FullYaml, report: Report): Node | null {
  return readSimpleYaml(source) ?? full(source, report);
}
