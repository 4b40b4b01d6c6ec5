import type { Expr } from "../compiler/ir/expr.ts";
import type { KeySet, OnFailure, Requirement, Result } from "../compiler/ir/ops.ts";
import type { Type } from "../compiler/ir/types.ts";

/** What a frontmatter field of a pattern holds: it tells the parser how to read it and the resolver what to bind. */
export type FieldKind = "agent" | "agents" | "count" | "deadline" | "state" | "states" | "type";

/** A field of a pattern's frontmatter. */
export interface Field {
  readonly kind: FieldKind;
  readonly summary: string;
  readonly required: boolean;
}

/** One way out of a state. `key` null: whatever the key; `*`: any that no other entry names. `target` null: stop here. */
export interface Route {
  readonly key: string | null;
  /** The guard, given the state's outcome and what the state was given. */
  readonly when: ((outcome: Pick<Placed, "key" | "value"> & { readonly input: Expr }) => Expr) | null;
  readonly target: string | null;
}

/** A state of an fsm. `agent` null: a marker, which passes key and value through. No routes: terminal. */
export interface State {
  readonly name: string;
  readonly agent: string | null;
  readonly routes: readonly Route[];
  /** Where a failure of the state's agent leads; undefined where it is not caught, null to stop. */
  readonly onError: string | null | undefined;
}

/** How long a question waits, and what is its answer then. */
export interface WaitDeadline {
  readonly afterMs: number;
  readonly default: Expr;
}

/** The values of a pattern's fields, by the name that the pattern gave each. Names have been resolved. */
export interface FieldValues {
  readonly agent: (name: string) => string;
  readonly agents: (name: string) => readonly string[];
  readonly count: (name: string) => number;
  /** Null where it is not given. */
  readonly deadline: (name: string) => WaitDeadline | null;
  /** Null where it is not given. */
  readonly type: (name: string) => Type | null;
  readonly state: (name: string) => string;
  readonly states: (name: string) => readonly State[];
}

/** A prompt with a model: an agent's own body, or one of its step files. `kind` says how it runs. */
export interface Step {
  readonly name: string;
  readonly kind: "ask" | "act";
}

/** An op that has been placed: what later ops read of it. */
export interface Placed {
  readonly id: string;
  readonly key: Expr;
  readonly value: Expr;
  readonly failed: Expr;
}

export interface StepOptions {
  /** Op id; default the step's name. */
  readonly id?: string;
  /** Name in traces; default the id. */
  readonly label?: Expr;
  /** Default: open. */
  readonly keys?: KeySet;
  /** The type of its value, whatever the key; default text. */
  readonly output?: Type;
  /** The types of the values of keys whose own differ from `output`. */
  readonly outputs?: Readonly<Record<string, Type>>;
  /** Put before the step's own system prompt. */
  readonly prefix?: Expr;
  /** Default 10 for an act of a step file; the agent's `max_iter` for its own body. */
  readonly maxTurns?: number;
  readonly sample?: Expr;
  /** Default `own` for a step file that runs as an act, whose turns belong together; else `none`. */
  readonly span?: "own" | "none";
}

export interface CallOptions {
  readonly keys?: KeySet;
  readonly onFailure?: OnFailure;
  readonly label?: Expr;
}

export interface Loop {
  readonly state: Expr;
  readonly index: Expr;
}

/** What a repeat's body gives back. */
export interface Turn {
  readonly result: Result;
  readonly until: Expr;
  readonly next: Expr;
}

export interface RepeatOptions {
  readonly state: Expr;
  /** Default: the most items that a fan-out of the agent may have. */
  readonly max?: number;
  /** How often, where that is not `max`; more than `max` fails before anything is repeated. */
  readonly times?: Expr;
  readonly onExhausted: "fail" | "last";
  readonly exhausted?: Expr;
  readonly label?: Expr;
}

export interface WaitOptions {
  readonly channel: Expr;
  readonly question: Expr;
  readonly answer: Type;
  /** Default: it waits for ever. */
  readonly deadline?: WaitDeadline | null;
}

/** Places ops into a body, in order. `input` is the block's input, `task` the run's. */
export interface Builder {
  readonly input: Expr;
  readonly task: Expr;
  /** The words that the caller allows: null when open. */
  readonly keys: Expr;
  /** Keys that are the caller's, or these words (and with `andCaller` the caller's too). */
  readonly callerKeys: KeySet;
  /** What a step that ends the pattern may finish with: the agent's declared `keys`, else its caller's. */
  readonly endKeys: KeySet;
  readonly words: (words: readonly string[], also?: "caller") => KeySet;
  /** A template: the text forms of its parts. */
  readonly text: (strings: TemplateStringsArray, ...values: readonly (Expr | string | number)[]) => Expr;
  /** A step as an ask or an act, as its file says. */
  readonly step: (step: Step, input: Expr, options?: StepOptions) => Placed;
  readonly code: (input: Expr) => Placed;
  readonly pure: (id: string, value: Expr, options?: { readonly key?: Expr; readonly require?: readonly Requirement[] }) => Placed;
  readonly call: (id: string, agent: string, input: Expr, options?: CallOptions) => Placed;
  readonly map: (
    id: string,
    over: Expr,
    body: (item: Expr, index: Expr, build: Builder) => Result,
    options?: { readonly onFailure?: OnFailure; readonly label?: Expr },
  ) => Placed;
  readonly repeat: (id: string, options: RepeatOptions, body: (loop: Loop, build: Builder) => Turn) => Placed;
  readonly choose: (
    id: string,
    on: Expr,
    cases: readonly { readonly is: string; readonly body: (build: Builder) => Result }[],
    otherwise?: (build: Builder) => Result,
  ) => Placed;
  readonly wait: (id: string, options: WaitOptions) => Placed;
  /** A member of a list as part of an op id: `workers/critic`, a second one `workers/critic~2`. */
  readonly memberId: (list: string, name: string) => string;
  /** Ends with the outcome of an op of the same body, untouched: so ends a pattern in its last step, an act's own key or `done` of an ask. */
  readonly pass: (op: Placed) => Result;
  /** Ends with a key and a value. */
  readonly exit: (key: string | Expr, value: Expr) => Result;
  /** Whether a judging step is content: an act that finished `done`, an ask whose text starts with DONE. */
  readonly satisfied: (step: Step, placed: Placed) => Expr;
}

/** What lowering gets of an agent. `body` is the prompt of its AGENT.md. */
export interface PatternInput {
  readonly name: string;
  readonly body: Step;
  readonly steps: (name: string) => Step;
  readonly fields: FieldValues;
  /** The agent's, else the pattern's default. */
  readonly maxIter: number;
  /** What becomes of a failed branch: the agent's `on_error`, else the pattern's default. */
  readonly onFailure: OnFailure;
  /** The declared type of its value: of what the last step finishes with or answers. Text where none is declared. */
  readonly output: Type;
  /** The words that it declares to finish with; null where it declares none. */
  readonly keys: readonly string[] | null;
  /** The type of the named agent's input, for scatter's items. */
  readonly inputOf: (agent: string) => Type;
}

/**
 * Where the key of an agent's outcome comes from. `prompt`: its body (`step` null) or a step file; an act finishes with the agent's
 * declared keys, else with those that its caller allows, less those in `except`, which the pattern takes itself; an ask ends `done`.
 * `agent`: another agent that a field names, called with what this one may finish with. `machine`: states, as those of an fsm. `any`:
 * whatever word a run comes to, so that the tables around it need an entry `*`.
 */
export type Exit =
  | { readonly kind: "word"; readonly word: string }
  | { readonly kind: "prompt"; readonly step: string | null; readonly except?: readonly string[] }
  | { readonly kind: "agent"; readonly field: string }
  | { readonly kind: "worker" }
  | { readonly kind: "any" }
  | { readonly kind: "machine"; readonly initial: string; readonly states: string };

/** What one declares of a pattern: everything that any part of tama knows of it. */
export interface Pattern {
  readonly name: string;
  readonly summary: string;
  readonly fields: Readonly<Record<string, Field>>;
  /** Required step files, without `.md`. */
  readonly steps: readonly string[];
  /** Those of `steps` that run as an act where their file names no pattern. */
  readonly acts: readonly string[];
  /** The role of its own prompt's model when neither step nor agent names one; null where the body is no prompt. */
  readonly role: "thinker" | "worker" | "default" | null;
  /** How AGENT.md's body runs: as an ask, as an act, as a worker.ts, or not at all. */
  readonly body: "ask" | "act" | "code" | "none";
  /** The bound of its loop where `max_iter` is not given; null where the pattern has none. */
  readonly maxIter: number | null;
  /** What `on_error` means where it is not given; null where the pattern has no fan-out. */
  readonly onError: "fail" | "collect" | null;
  /** Which keys its agents can end with: what `lower` places is held against it. */
  readonly exits: readonly Exit[];
  readonly lower: (agent: PatternInput, build: Builder) => Result;
}

/** A pattern as one writes it: what is left out has its default. */
export type PatternDeclaration = Pick<Pattern, "name" | "summary" | "exits" | "lower"> & Partial<Pattern>;

/** What a declaration says where it is silent: no fields, no step files, no prompt of its own, no loop, no fan-out. */
export const patternDefaults = {
  fields: {},
  steps: [],
  acts: [],
  role: null,
  body: "none",
  maxIter: null,
  onError: null,
} as const satisfies Partial<Pattern>;

/** Declares a pattern. */
export function definePattern(pattern: PatternDeclaration): Pattern {
  return { ...patternDefaults, ...pattern };
}
