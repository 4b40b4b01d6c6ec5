import type { Expr } from "./expr.ts";
import type { Type } from "./types.ts";

/** Which words a step may finish with: any, or a set that may take in the words of the block's caller. Compared without case. */
export type KeySet = { readonly kind: "open" } | { readonly kind: "set"; readonly words: readonly string[]; readonly caller: boolean };

/** What a step's value is: a type per key, and one for every other key. */
export interface Outputs {
  readonly byKey: Readonly<Record<string, Type>>;
  readonly otherwise: Type;
}

interface OpBase {
  /** Unique in its block, made from source names (`draft`, `workers/critic`, `states/review`): an edit elsewhere moves nothing. */
  readonly id: string;
  /** The step's name for people, traces and graphs (`check_2`); an expression, because indices are part of it. */
  readonly label: Expr;
  /** Ops of the same body that must have ended before this one starts, besides those that its expressions read. */
  readonly after: readonly string[];
}

interface ModelOp extends OpBase {
  /** A key of the plan's `models`. */
  readonly model: string;
  readonly system: Expr;
  readonly input: Expr;
  /** Distinguishes samples of the same request (best-of-n) in the content key; null where there is one. */
  readonly sample: Expr | null;
  /** `own`: the step is an agent span of its own, as the steps of critic are; `none`: its calls belong to the block's. */
  readonly span: "own" | "none";
  /** How often an answer of the wrong shape is sent back for repair, an empty one asked for again, and a conversation compacted by a model. */
  readonly repairs: { readonly schema: number; readonly empty: number; readonly compactions: number };
}

/** One model call. Its outcome has key `done`. */
export interface Ask extends ModelOp {
  readonly kind: "ask";
  readonly output: Type;
}

/** The react atom: a model with tools until it finishes with a key and a value. */
export interface Act extends ModelOp {
  readonly kind: "act";
  readonly keys: KeySet;
  readonly outputs: Outputs;
  /** Skills offered by `read_skill`, names in the plan's `skills`. */
  readonly skills: readonly string[];
  /** Tools offered from the start, names in the plan's `tools`. */
  readonly tools: readonly string[];
  readonly maxTurns: number;
}

/** A deterministic worker in a thread. Its outcome is what the worker returns. */
export interface Code extends OpBase {
  readonly kind: "code";
  /** A key of the plan's `workers`. */
  readonly worker: string;
  readonly input: Expr;
}

/** An expression, evaluated inline. Fails with the first of `require` that does not hold. */
export interface Pure extends OpBase {
  readonly kind: "pure";
  readonly key: Expr;
  readonly value: Expr;
  readonly require: readonly Requirement[];
}

export interface Requirement {
  readonly holds: Expr;
  readonly code: "no-route" | "all-failed" | "require";
  readonly message: Expr;
}

/** What becomes of a failure: it ends the surrounding block, or is the op's outcome (`failed`, key `error`). */
export type OnFailure = "propagate" | "value";

/** Another agent's block. `attempts` > 1 rolls a failed one back and tries again. */
export interface Call extends OpBase {
  readonly kind: "call";
  readonly block: string;
  readonly input: Expr;
  readonly keys: KeySet;
  readonly onFailure: OnFailure;
  readonly attempts: number;
}

/**
 * A body per item of a list. The outcome's value is the list of the items' values (`propagate`), or
 * `{ok: [{index, value}], failed: [{index, item, failure}]}` in declared order (`value`); indices count from 1.
 * More than `max` items is a `limit` failure before any starts.
 */
export interface MapOp extends OpBase {
  readonly kind: "map";
  readonly over: Expr;
  readonly body: Body;
  readonly max: number;
  readonly concurrency: number | null;
  readonly onFailure: OnFailure;
}

/**
 * A body up to `times` times, carrying `state`; more than `max` is a `limit` failure before any starts. After each, `until`
 * ends it with the body's outcome, untouched; else `next` is the new state. Both may read the body's ops. `times: null`
 * means `max`. Zero times: key `done`, value the first state.
 */
export interface Repeat extends OpBase {
  readonly kind: "repeat";
  readonly state: Expr;
  readonly times: Expr | null;
  readonly max: number;
  readonly body: Body;
  readonly until: Expr;
  readonly next: Expr;
  /** `last`: the last outcome stands; `fail`: an `exhausted` failure with `exhausted` as message. */
  readonly onExhausted: "fail" | "last";
  readonly exhausted: Expr;
}

/** One of several bodies, by the text of `on`. Passes the chosen body's outcome through. No case and no `otherwise`: `no-route`. */
export interface Choose extends OpBase {
  readonly kind: "choose";
  readonly on: Expr;
  readonly cases: readonly { readonly is: string; readonly body: Body }[];
  readonly otherwise: Body | null;
}

/** A person, or another system, answers a typed question. Its outcome has key `done`. */
export interface Wait extends OpBase {
  readonly kind: "wait";
  readonly channel: Expr;
  readonly question: Expr;
  readonly answer: Type;
  readonly deadline: { readonly afterMs: number; readonly default: Expr } | null;
}

export type Op = Ask | Act | Code | Pure | Call | MapOp | Repeat | Choose | Wait;

/** What a body ends with: the outcome of one of its own ops, untouched, or a key and a value. */
export type Result =
  | { readonly kind: "pass"; readonly op: string }
  | { readonly kind: "outcome"; readonly key: Expr; readonly value: Expr };

/** A DAG of ops in declared order: each reads only earlier ones of its body and what encloses it. Independent ops run in parallel. */
export interface Body {
  readonly ops: readonly Op[];
  readonly result: Result;
}

/** Any word. */
export const openKeys: KeySet = { kind: "open" };
