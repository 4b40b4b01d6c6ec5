import type { Digest } from "./digest.ts";
import type { JsonObject } from "./json.ts";
import type { Body } from "./ops.ts";
import type { Type } from "./types.ts";

/** The version of the format that this tama reads and writes. */
export const planFormat = "tama.plan/1";

/** What something can do to the world. `exec` implies all; `code` is TypeScript of the project's own. */
export const effects = ["read", "write", "net", "exec", "mem", "env", "code"] as const;
export type Effect = (typeof effects)[number];

/** A model as a plan knows it: never a key. Null means the provider's default. */
export interface PlanModel {
  /** The role that it serves (`thinker`), or `custom` for one that an agent names itself. */
  readonly role: string;
  readonly provider: string;
  readonly name: string;
  readonly temperature: number | null;
  readonly maxTokens: number | null;
  readonly seed: number | null;
  readonly baseUrl: string | null;
  /** How many tokens a request and its answer may take together; null where it is not told. */
  readonly contextTokens: number | null;
  /** Null where it is not told: then nothing that it does has a price. */
  readonly price: Price | null;
}

/** US dollars per million tokens. Reasoning is paid as output. */
export interface Price {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

/**
 * What is done about an act that makes the same tool call again and gets the same result: the count at which it is warned, gets a note
 * in place of the result, or is not served any more. 0 turns one off.
 */
export interface LoopGuards {
  readonly warn: number;
  readonly block: number;
  readonly skip: number;
}

/** A tool: what a model sees of it, what it can do, and how to undo it. */
export interface PlanTool {
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly parameters: JsonObject;
  readonly effects: readonly Effect[];
  readonly undo: "undo" | "idempotent" | "irreversible";
  /** Digest of what the tool is: its declaration for a built-in, its bundle for a user's. */
  readonly fingerprint: Digest;
  /** A user's tool as a bundled module among the plan's texts; null for a built-in. */
  readonly bundle: Digest | null;
  /** The longest time that one call of a user's tool may take; null for a built-in, whose time is the runtime's business. */
  readonly timeoutMs: number | null;
}

/** The names of what in a plan is TypeScript of its project: agents with a worker, and tools. */
export function codeIn({ workers, tools }: Pick<Plan, "workers" | "tools">): readonly string[] {
  return [...Object.keys(workers), ...Object.keys(tools).filter((name) => tools[name]?.bundle !== null)];
}

/** Where the models of a plan are asked that names their server itself. */
export function serversIn({ models }: Pick<Plan, "models">): readonly string[] {
  return [...new Set(Object.values(models).flatMap(({ baseUrl }) => baseUrl ?? []))];
}

/** Whether a plan can do what nobody but its builder is believed to want: run code of its own, send keys and prompts to a server of its choice. */
export function wantsTrust(plan: Pick<Plan, "workers" | "tools" | "models">): boolean {
  return codeIn(plan).length > 0 || serversIn(plan).length > 0;
}

export interface PlanSkill {
  readonly description: string;
  /** The SKILL.md body among the plan's texts. */
  readonly body: Digest;
  /** Tools that reading it unlocks. */
  readonly tools: readonly string[];
}

/**
 * The name by which a model sees a skill and asks for it: the last part of what a plan knows it by, which is `notes` for a skill of the
 * project, its folder's path for one that stands beside an agent (`agents/writer/notes`), and `std/notes` for one that comes with tama.
 */
export function nameOfSkill(skill: string): string {
  return skill.slice(skill.lastIndexOf("/") + 1);
}

/** A deterministic worker of `pattern: code`. */
export interface PlanWorker extends WorkerDeclaration {
  /** The bundled ES module among the plan's texts. */
  readonly bundle: Digest;
}

/** What a worker declares, with every default filled in. */
export interface WorkerDeclaration {
  readonly capability: string;
  readonly input: Type;
  readonly output: Type;
  /** The keys it declares; none means `done`. */
  readonly keys: readonly string[];
  /** Keys of shared memory whose values it gets. */
  readonly reads: readonly string[];
  /** The longest time one call may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** Enforced while running; null means none. A plan's bind the run, a block's each run of it, with all that it calls. */
export interface Limits {
  /** Model requests, repairs included and transport attempts apart. */
  readonly calls: number | null;
  readonly tokens: number | null;
  /** Time at work: while nothing but people is waited for, none passes. */
  readonly wallMs: number | null;
  readonly usd: number | null;
  /** Of one fan-out, or rounds over a list: the `max` of the maps and repeats of the block itself. */
  readonly items: number | null;
  /** Model requests under way at once: more of them wait. */
  readonly concurrency: number | null;
}

/** An agent, compiled. The runtime uses `pattern` for span names only. */
export interface Block {
  readonly agent: string;
  readonly pattern: string;
  readonly description: string;
  readonly version: string;
  readonly input: Type;
  readonly output: Type;
  /** What it can do to the world, with everything that it reaches. */
  readonly effects: readonly Effect[];
  readonly limits: Limits;
  /** How often a run that begins with it is tried, the first time included; a `call` of it says so itself. */
  readonly attempts: number;
  readonly body: Body;
}

export interface Interval {
  readonly min: number;
  readonly max: number;
}

/**
 * What a run can cost, as far as it is known before it starts. `turns` counts model requests, repairs included and transport attempts
 * apart: `min` of a run that ends well, `max` of any; `agents` tells them of each block, were a run to begin with it. A number too
 * large to count is told as 2^53 - 1. Null: nothing to reckon tokens and prices by.
 */
export type Cost =
  | { readonly kind: "unknown" }
  | {
      readonly kind: "bounded";
      readonly turns: Interval;
      readonly agents: Readonly<Record<string, Interval>>;
      readonly tokens: Interval | null;
      readonly usd: Interval | null;
    };

/** Where an op comes from: a file and a place in it, counted from 1. */
export interface Origin {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A compiled project: everything that a run needs, and nothing of the machine that made it. */
export interface Plan {
  readonly format: typeof planFormat;
  readonly compiler: string;
  /** Of the whole plan without the two digests. */
  readonly digest: Digest;
  /** Of what a run depends on: without digests, compiler, origins and sources. */
  readonly semantics: Digest;
  readonly project: string;
  readonly entries: { readonly default: string; readonly names: readonly string[] };
  readonly trace: { readonly texts: "full" | "hash" };
  readonly guards: LoopGuards;
  readonly models: Readonly<Record<string, PlanModel>>;
  readonly tools: Readonly<Record<string, PlanTool>>;
  readonly skills: Readonly<Record<string, PlanSkill>>;
  readonly workers: Readonly<Record<string, PlanWorker>>;
  readonly blocks: Readonly<Record<string, Block>>;
  readonly needs: { readonly effects: readonly Effect[]; readonly hosts: readonly string[]; readonly env: readonly string[] };
  readonly limits: Limits;
  readonly cost: Cost;
  /** Prompts, skill bodies and bundles, by their digest. */
  readonly texts: Readonly<Record<Digest, string>>;
  /** By `block` or `block/op`. */
  readonly origins: Readonly<Record<string, Origin>>;
  /** Digest of each source file, by path. */
  readonly sources: Readonly<Record<string, Digest>>;
}

/** No limit at all. */
export const noLimits: Limits = { calls: null, concurrency: null, items: null, tokens: null, usd: null, wallMs: null };

/** The guards where a config sets none. */
export const defaultGuards: LoopGuards = { warn: 2, block: 3, skip: 4 };

/** The bound of a fan-out or a repetition where nothing else sets one. */
export const defaultMaxItems = 10_000;
