import type { FieldValues, Pattern } from "../../stdlib/pattern.ts";
import type { WorkerSource } from "../1-source/types.ts";
import type { GivenLimits } from "../config/limits.ts";
import type { ExprSource } from "../expr/source.ts";
import type { Syntax } from "../expr/syntax.ts";
import type { Digest } from "../ir/digest.ts";
import type { Expr } from "../ir/expr.ts";
import type { Limits, LoopGuards, PlanModel, PlanTool } from "../ir/plan.ts";
import type { Span } from "../ir/span.ts";
import type { Type } from "../ir/types.ts";

/** A prompt whose names are bound. `model` is a key of the project's `models`; null only where the step calls none. */
export interface ResolvedStep {
  readonly name: string;
  readonly kind: "ask" | "act";
  readonly model: string | null;
  readonly skills: readonly string[];
  readonly maxTurns: number | null;
  readonly body: string;
  /** The body by its parts where it has holes. */
  readonly template: readonly Expr[] | null;
  readonly span: Span;
}

/** The guard of a route, read but not checked: what its `value` is, is known when the agents that it depends on are lowered. */
export interface Guard {
  readonly field: string;
  readonly state: string;
  readonly syntax: Syntax;
  readonly source: ExprSource;
}

/** An agent whose every name is bound. */
export interface ResolvedAgent {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly pattern: Pattern;
  /** Where the config names its pattern, if that is one of the project's own. */
  readonly patternSpan: Span | null;
  readonly fields: FieldValues;
  readonly body: ResolvedStep;
  readonly steps: Readonly<Record<string, ResolvedStep>>;
  readonly worker: WorkerSource | null;
  readonly maxIter: number | null;
  readonly onError: "fail" | "collect" | null;
  /** The declared types of what `start` gives and of the finish value; null where it declares none. */
  readonly input: Type | null;
  readonly output: Type | null;
  /** The words that it declares to finish with; null where it declares none. */
  readonly keys: readonly string[] | null;
  readonly guards: readonly Guard[];
  /** How often a failed run of it is tried, the first time included. */
  readonly attempts: number;
  readonly limits: Limits;
  readonly limitSpans: GivenLimits["spans"];
  /** Agents that it calls, sorted, without repeats. */
  readonly calls: readonly string[];
  /** The frontmatter's place, and that of each field (`workers`) and of what it names (`workers/critic`), for origins. */
  readonly span: Span;
  readonly fieldSpans: ReadonlyMap<string, Span>;
}

export interface ResolvedSkill {
  readonly name: string;
  readonly description: string;
  readonly body: string;
  readonly tools: readonly string[];
}

/** A project in which every reference that an entry reaches exists. */
export interface ResolvedProject {
  readonly name: string;
  readonly entries: { readonly default: string; readonly names: readonly string[] };
  /** What the entries reach, sorted by name. */
  readonly agents: readonly ResolvedAgent[];
  /** What they do not: checked like the others, and not in the plan. */
  readonly unused: readonly ResolvedAgent[];
  readonly models: Readonly<Record<string, PlanModel>>;
  readonly skills: Readonly<Record<string, ResolvedSkill>>;
  readonly tools: Readonly<Record<string, PlanTool>>;
  /** The modules of the project's own tools. */
  readonly bundles: Readonly<Record<Digest, string>>;
  readonly env: readonly string[];
  readonly limits: Limits;
  readonly trace: { readonly texts: "full" | "hash" };
  readonly guards: LoopGuards;
  readonly digests: Readonly<Record<string, Digest>>;
  readonly texts: Readonly<Record<string, string>>;
}
