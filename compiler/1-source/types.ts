import type { Digest } from "../ir/digest.ts";
import type { Effect, PlanTool, WorkerDeclaration } from "../ir/plan.ts";
import type { Span } from "../ir/span.ts";
import type { Type } from "../ir/types.ts";

/** A text file of the project. `path` is relative, with `/`; `text` is UTF-8 decoded, CRLF read as LF, no BOM. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A worker's declaration as plain data, its bundle evaluated once, and the bundle. */
export interface WorkerSource extends WorkerDeclaration {
  readonly path: string;
  readonly bundle: string;
}

/** A tool of the project's own: its declaration as plain data, its bundle evaluated once, and the bundle. */
export interface ToolSource {
  readonly path: string;
  /** Where its name stands. */
  readonly span: Span;
  readonly bundle: string;
  readonly name: string;
  readonly description: string;
  /** An object type. */
  readonly input: Type;
  /** Those that it declares, and `code`. */
  readonly effects: readonly Effect[];
  readonly undo: PlanTool["undo"];
  readonly timeoutMs: number;
}

/** The project's config before it is checked: where it stands, its text for spans, and its value as plain data. */
export interface ConfigSource {
  readonly path: string;
  readonly format: "ts" | "toml";
  readonly text: string;
  readonly value: unknown;
}

/**
 * Everything the compiler reads, sorted by path: the only phase output that comes from a disk. `agents` and `skills` list the
 * directories found, whether or not they hold what they should; a skill that stands beside an agent is listed by its path, for it is
 * known to be one by its SKILL.md alone. A file that could not be read has been reported and is absent.
 */
export interface SourceSet {
  readonly files: readonly SourceFile[];
  /** Paths of the files that are there but could not be read, those of workers and tools whose declaration could not be had among them. */
  readonly unread: readonly string[];
  readonly agents: readonly string[];
  readonly skills: readonly string[];
  readonly config: ConfigSource | null;
  /** By agent directory name. */
  readonly workers: Readonly<Record<string, WorkerSource>>;
  /** Those that the config names, no two of one name. */
  readonly tools: readonly ToolSource[];
  /** Of each file read, bundles' inputs and the config included. */
  readonly digests: Readonly<Record<string, Digest>>;
}
