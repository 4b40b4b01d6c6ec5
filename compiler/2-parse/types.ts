import type { Pattern } from "../../stdlib/pattern.ts";
import type { ToolSource, WorkerSource } from "../1-source/types.ts";
import type { GivenLimits } from "../config/limits.ts";
import type { ProjectConfig } from "../config.ts";
import type { ExprSource } from "../expr/source.ts";
import type { Digest } from "../ir/digest.ts";
import type { Json } from "../ir/json.ts";
import type { Span } from "../ir/span.ts";

/** A value and where it stands. */
export interface Located<T> {
  readonly value: T;
  readonly span: Span;
}

/** The `model:` block of an agent or step. */
export interface ModelChoice {
  readonly span: Span;
  readonly role: Located<string> | null;
  readonly name: Located<string> | null;
  readonly temperature: Located<number> | null;
  readonly maxTokens: Located<number> | null;
  readonly seed: Located<number> | null;
}

/** A prompt: AGENT.md's own body or a step file. `span` is its first frontmatter key, or the file's start. */
export interface ParsedStep {
  readonly name: string;
  readonly file: string;
  readonly span: Span;
  /** `pattern: react`, or any `uses`, makes an act. For an agent's own body its pattern decides. */
  readonly kind: "ask" | "act";
  readonly model: ModelChoice | null;
  readonly uses: readonly Located<string>[];
  readonly maxIter: Located<number> | null;
  readonly body: Located<string>;
  /** Whether the body has holes: its own `template`, else its agent's, else whether its agent declares `input`. */
  readonly isTemplate: boolean;
}

/** A type as written: an expression, or keys and values. */
export type ParsedType =
  | { readonly kind: "text"; readonly source: ExprSource }
  | { readonly kind: "object"; readonly span: Span; readonly fields: readonly ParsedTypeField[] };

export interface ParsedTypeField {
  readonly name: Located<string>;
  readonly isOptional: boolean;
  readonly type: ParsedType;
}

/** One way out of a state, as written. `target` null is `~`. */
export interface ParsedRoute {
  readonly key: Located<string> | null;
  readonly target: Located<string> | null;
  /** The guard that it waits for. */
  readonly when: ExprSource | null;
  readonly span: Span;
}

/** A state as written. */
export interface ParsedState {
  readonly name: Located<string>;
  readonly routes: readonly ParsedRoute[];
}

/** A place that names an agent. A terminal state may be a mere marker, which has no agent. */
export interface AgentReference {
  readonly name: Located<string>;
  readonly mayBeMarker: boolean;
}

/** The value of a pattern's field. */
export type FieldValue =
  | { readonly kind: "agent" | "state"; readonly span: Span; readonly name: Located<string> }
  | { readonly kind: "agents"; readonly span: Span; readonly names: readonly Located<string>[] }
  | { readonly kind: "count"; readonly span: Span; readonly count: number }
  | { readonly kind: "deadline"; readonly span: Span; readonly afterMs: number; readonly default: Located<Json> }
  | { readonly kind: "type"; readonly span: Span; readonly type: ParsedType }
  | { readonly kind: "states"; readonly span: Span; readonly states: readonly ParsedState[] };

/** An agent directory, read. `pattern` is the name of a registered pattern; an agent whose pattern is unknown has been reported and dropped. */
export interface ParsedAgent {
  /** The directory's name: what others refer to. */
  readonly directory: string;
  readonly file: string;
  readonly name: Located<string>;
  readonly description: Located<string>;
  readonly version: Located<string>;
  readonly pattern: Located<string>;
  /** The pattern that it names: a built-in one, or one of the config's. */
  readonly definition: Pattern;
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** Every place where it names an agent that it calls. */
  readonly references: readonly AgentReference[];
  readonly onError: Located<"fail" | "collect"> | null;
  /** `retry.attempts`: how often a failed run of it is tried, the first time included. */
  readonly attempts: Located<number> | null;
  /** `worker` of an agent that runs code: a worker that comes with tama. */
  readonly worker: Located<string> | null;
  readonly input: ParsedType | null;
  readonly output: ParsedType | null;
  /** The routing words that it may finish with; null: any that its caller allows. */
  readonly keys: readonly Located<string>[] | null;
  readonly body: ParsedStep;
  readonly steps: readonly ParsedStep[];
  readonly env: readonly Located<string>[];
  readonly limits: GivenLimits;
  /** Whether something in it was reported as an error: later phases stay silent about what may follow from that. */
  readonly broken: boolean;
}

/** A skill directory, read. */
export interface ParsedSkill {
  /** What it is known by: its folder's name under `skills/`, its folder's path where it stands beside an agent, `std/name` if it comes with tama. */
  readonly directory: string;
  readonly file: string;
  readonly name: Located<string>;
  readonly description: Located<string>;
  /** The tools that reading it unlocks. */
  readonly tools: readonly Located<string>[];
  /** Environment variables that its tools may use. */
  readonly env: readonly Located<string>[];
  readonly body: Located<string>;
}

/** All that was read, each thing sorted by its directory. */
export interface ParsedProject {
  readonly config: ProjectConfig;
  readonly agents: readonly ParsedAgent[];
  readonly skills: readonly ParsedSkill[];
  /** Directories of agents and skills that could not be parsed, and files that could not be read: a reference to one is no second finding. */
  readonly unread: { readonly agents: readonly string[]; readonly skills: readonly string[]; readonly files: readonly string[] };
  readonly workers: Readonly<Record<string, WorkerSource>>;
  /** The project's own tools. */
  readonly tools: readonly ToolSource[];
  readonly digests: Readonly<Record<string, Digest>>;
  /** Text of each source by path, for origins. */
  readonly texts: Readonly<Record<string, string>>;
}
