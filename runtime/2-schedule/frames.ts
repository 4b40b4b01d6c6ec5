import type { Failure } from "../../compiler/ir/failure.ts";
import type { Json } from "../../compiler/ir/json.ts";
import type { Body, Op } from "../../compiler/ir/ops.ts";
import type { Path } from "../../compiler/ir/path.ts";
import type { Block, Plan } from "../../compiler/ir/plan.ts";
import type { ContentKeys } from "../3-task/content-key.ts";
import type { AskingStep, Message, RunModel, Task, Usage } from "../3-task/task.ts";
import type { Mark, Memory } from "../session/memory.ts";
import type { Counted } from "./amounts.ts";
import type { BodyIndex } from "./body-index.ts";
import type { Edit } from "./edits.ts";
import type { LimitOverrides } from "./limit-overrides.ts";
import type { Account, Ticket } from "./limits.ts";
import type { Handlers } from "./ops/handler.ts";
import type { Repeats } from "./repeats.ts";
import type { Review, Verdict } from "./review.ts";
import type { Command, Outcome, Settled } from "./types.ts";
import type { Parts } from "./window.ts";

/** A block being run. `keys` are the words that it may finish with, null when open. */
export interface BlockFrame {
  readonly run: Run;
  readonly block: Block;
  readonly input: Json;
  readonly keys: readonly string[] | null;
  /** The path of its agent span. */
  readonly span: Path;
  /** What its model requests count on. */
  readonly account: Account;
}

/** A repeat's iteration or a map's item, as expressions see it. */
export interface LoopFrame {
  readonly op: string;
  readonly index: number;
  readonly state: Json;
  readonly item: Json;
}

/** A body being run: its ops' outcomes, and how many of their needs are open. */
export interface BodyFrame {
  readonly body: Body;
  readonly index: BodyIndex;
  readonly block: BlockFrame;
  /** The body around it in the same block. */
  readonly outer: BodyFrame | null;
  /** Whom to tell when it ends; null for the run. */
  readonly owner: OpFrame | null;
  readonly loop: LoopFrame | null;
  readonly prefix: Path;
  readonly memory: Memory;
  /** The views of the branches of open segments. */
  readonly views: Map<number, Memory>;
  /** For each op of an open segment, the branches whose writes it sees; absent where there are none. */
  readonly inherited: Map<number, readonly number[]>;
  readonly outcomes: Map<string, Outcome>;
  readonly open: number[];
  readonly openInSegment: number[];
  readonly active: Map<number, OpFrame>;
  /** The last span of each ended op, and the span before the first. */
  readonly spans: Map<string, Path>;
  readonly entrySpan: Path;
  left: number;
  failure: { readonly failure: Failure; readonly op: number } | null;
  /** Whether anything within it has written, or done what cannot be undone. */
  hasWritten: boolean;
  ended: boolean;
}

/** An op being run. `state` belongs to the handler of its kind. */
export interface OpFrame<O extends Op = Op> {
  readonly op: O;
  readonly position: number;
  readonly body: BodyFrame;
  readonly path: Path;
  readonly memory: Memory;
  /** The span before it, and the last one that it made. */
  readonly prev: Path;
  lastSpan: Path;
  cancelled: boolean;
  /** As a body's; of a call since its last attempt was undone. */
  hasWritten: boolean;
  /** Ends it while its request waits for room within a limit, or its agent for a verdict; null while neither does. */
  withdraw: (() => void) | null;
  readonly tasks: Set<Path>;
  readonly bodies: Set<BodyFrame>;
  state: OpState | null;
}

export type OpState = LoopState | CallState | MapState | RepeatState;

/** A conversation with a model: of an act, or of an ask and its repairs. */
export interface LoopState {
  readonly kind: "loop";
  readonly step: AskingStep;
  readonly messages: Message[];
  readonly unlocked: Set<string>;
  /** Which tools were called, and which of them answered, how often. */
  readonly tools: { readonly called: Map<string, number>; readonly answered: Map<string, number> };
  /** From when the first request was made to when the last was answered, in microseconds since 1970; null while none was. */
  times: { readonly startUs: number; readonly endUs: number } | null;
  /** Model requests so far, repairs included. */
  turn: number;
  /** Requests that count against `maxTurns`. */
  counted: number;
  repairsLeft: number;
  emptyLeft: number;
  /** What repeated calls came to. */
  repeats: Repeats;
  compaction: CompactionState;
  /** What of the conversation a server has counted, where a limit asks for it. */
  sized: Counted | null;
  calls: TurnCalls | null;
}

/** How a conversation is kept within its model's window. */
export interface CompactionState {
  /** How often a model may still be asked for a summary. */
  readonly left: number;
  /** The summary that stands for earlier exchanges. */
  readonly summary: Message | null;
  /** Of what a summary is asked for by the request that is under way. */
  readonly archived: Parts | null;
  readonly tokensPerByte: number;
}

/** The tool calls of one turn, worked off in order. */
export interface TurnCalls {
  readonly turnPath: Path;
  readonly calls: readonly { readonly name: string; readonly args: string }[];
  readonly results: (string | null)[];
  readonly running: Map<Path, number>;
  /** Those that were made: neither refused nor skipped. */
  readonly made: Set<number>;
  next: number;
  /** How many of the calls the loop guards have looked at. */
  seen: number;
  /** Whether a finish of this turn was sent back: the next request does not count. */
  repaired: boolean;
  /** Why the loop ends once this turn's tools have: a tool failed in a way that ends the run. */
  fatal: Failure | null;
}

export interface CallState {
  readonly kind: "call";
  readonly attempt: number;
  /** What memory held before an attempt that a person may send back; null where nothing else could undo it, or nobody will. */
  readonly mark: Mark | null;
}

export interface MapState {
  readonly kind: "map";
  readonly items: readonly Json[];
  /** How each item ended, in declared order. */
  readonly ended: (EndedItem | null)[];
  next: number;
  running: number;
  failed: { readonly index: number; readonly failure: Failure } | null;
}

export interface EndedItem {
  readonly settled: Settled;
  readonly memory: Memory;
  readonly hasWritten: boolean;
  readonly lastSpan: Path;
}

export interface RepeatState {
  readonly kind: "repeat";
  readonly times: number;
  /** The case last taken by each choose of the body. */
  readonly phases: Map<string, string>;
  iteration: number;
}

/**
 * A run. Owned by `advance`, which alone changes it, in place: a persistent copy per event would make long runs quadratic.
 * Given the same plan, task and events, in the same order, it gives the same commands: no clock, no random, no environment.
 *
 * - R1: an op starts once in a body, after every op that it needs has an outcome.
 * - R2: a task is handed out once, and once more where a person edits it before it is made; it is answered once, and later answers are ignored.
 * - R3: a body ends once, when nothing of it is active: with its result, or with the failure of its first failed op in declared order.
 * - R4: after a failure that propagates, a body starts nothing, and what it has in flight is cancelled.
 * - R5: the order in which answers arrive changes neither an outcome nor a record's content, only the order of records; but for
 *   R4: of ops side by side whose failures propagate, the first to fail decides which others are cancelled; and of requests side by
 *   side that a limit has no room for, the first to come are made.
 * - R6: `ended` comes once, as the last command.
 */
export interface Run {
  readonly plan: Plan;
  readonly models: Readonly<Record<string, RunModel>>;
  /** The model of a request, where it is another than its step's. */
  readonly modelOf: (request: Path) => RunModel | null;
  /** System prompts in place of the plan's, by the path of a step: of that one, and of the same later on. */
  readonly prompts: ReadonlyMap<Path, string>;
  /** What people changed in requests, by the path of a turn. */
  readonly edits: Map<Path, Edit>;
  /** Whether a person looks at an agent's attempt, by its path and name, before the run goes on with it. */
  readonly isReviewed: (path: Path, agent: string) => boolean;
  /** What people have said of agents before, by path. */
  readonly verdicts: ReadonlyMap<Path, { readonly verdict: Verdict }>;
  /** Agents that have ended and wait for a verdict, by path. */
  readonly reviews: Map<Path, Review>;
  readonly task: Json;
  readonly handlers: Handlers;
  readonly contentKeys: ContentKeys;
  readonly maxArtifactBytes: number;
  readonly agenda: (() => void)[];
  readonly stepsAtOnce: number;
  /** Tasks in flight, and whom to tell. */
  readonly tasks: Map<Path, OpFrame>;
  readonly sent: Map<Path, Task>;
  readonly overrides: LimitOverrides;
  /** What the run's limits are held against. */
  readonly account: Account;
  /** Accounts whose time at work is bounded, by path. */
  readonly watched: Map<Path, Account>;
  /** Whether a limit has ended it. */
  isLimited: boolean;
  /** Requests that have freed room for others, which are looked at when all that follows from an answer has been done. */
  readonly freed: Ticket[];
  /** Requests under way, by path. */
  readonly tickets: Map<Path, Ticket>;
  /** What was spent on requests before, by path: by processes that recorded no answer which still counts. */
  readonly earlier: ReadonlyMap<Path, readonly (Usage | null)[]>;
  /** How often each step was come to, by its path without the indices of repeats. */
  readonly visits: Map<string, number>;
  /** Which attempt of the entry's block is under way, and its body. */
  attempt: number;
  root: BodyFrame | null;
  /** How the entry's body ended, until that is looked at. */
  settled: Settled | null;
  commands: Command[];
  ended: boolean;
}
