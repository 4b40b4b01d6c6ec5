import type { Digest } from "../../compiler/ir/digest.ts";
import type { FailureCode, ModelCause } from "../../compiler/ir/failure.ts";
import type { Json, JsonObject } from "../../compiler/ir/json.ts";
import type { Path } from "../../compiler/ir/path.ts";
import type { Effect } from "../../compiler/ir/plan.ts";
import type { Type } from "../../compiler/ir/types.ts";
import type { Permit } from "../permissions/judge.ts";

/** A piece of a message. Text only today; images and files come as further kinds. */
export type Part = { readonly kind: "text"; readonly text: string };

/** A tool call as a model asked for it. `id` is ours (`t3.1`: turn and ordinal), never a provider's. `args` is the raw text, valid JSON or not. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly args: string;
}

export type Message =
  | { readonly role: "system" | "user"; readonly parts: readonly Part[] }
  | { readonly role: "assistant"; readonly parts: readonly Part[]; readonly calls: readonly ToolCall[] }
  | { readonly role: "tool"; readonly call: string; readonly parts: readonly Part[] };

/** What a model sees of a tool. */
export interface ToolSchema {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
}

/** A model as a run uses it: the plan's, with the overrides of the command line and the environment. Holds names of variables, never their values. */
export interface RunModel {
  readonly provider: string;
  readonly name: string;
  readonly baseUrl: string | null;
  /** The environment variable with the key; null where none is needed. */
  readonly keyEnv: string | null;
  readonly temperature: number | null;
  readonly maxTokens: number | null;
  readonly seed: number | null;
}

/** Which step asks, for scenarios and messages; no content key holds it. */
export interface AskingStep {
  readonly agent: string;
  /** The op's id, and its name for people, which holds the indices: `check`, `check_2`. */
  readonly op: string;
  readonly label: string;
  /** The item's number where a fan-out is the innermost loop around the step; else how often the loops around it have come to it. From 1. */
  readonly call: number;
}

export interface ModelTask {
  readonly kind: "model";
  readonly path: Path;
  readonly step: AskingStep;
  readonly model: RunModel;
  readonly messages: readonly Message[];
  readonly tools: readonly ToolSchema[];
  /** JSON Schema of the answer, where one is wanted as structured output. */
  readonly output: JsonObject | null;
  /** Whether the step's next answer is asked for, or a summary of its conversation so far: for scenarios; no content key holds it. */
  readonly purpose: "answer" | "summary";
  /** How many more turns its react loop has after this one, repairs apart; null where it is no turn of one. For simulators; no content key holds it. */
  readonly turnsLeft: number | null;
  /** Which of several answers to the same request: a best-of-n's variant, and ten thousand for each retry around it. Null for the first and only. */
  readonly sample: number | null;
}

/** A tool of the kind that runs on a thread. */
export interface ToolTask {
  readonly kind: "tool";
  readonly path: Path;
  readonly tool: string;
  readonly args: JsonObject;
  /** Of a tool of the project's own what calling it takes; null for a built-in. */
  readonly own: OwnTool | null;
}

/** A tool of the project's own: its bundle's digest, as that of a worker, what it can do, and the longest time that a call may take. */
export interface OwnTool {
  readonly bundle: Digest;
  readonly effects: readonly Effect[];
  readonly timeoutMs: number;
  /** Whether it answers with a file that is to be written, and has no effect before. */
  readonly writes: boolean;
}

/** A tool call that was granted, with what it may use. */
export interface PermittedTool extends ToolTask {
  readonly permit: Permit;
  /** Variables whose values are taken out of what it answers. */
  readonly secrets: readonly string[];
  readonly timeoutMs: number;
}

export interface CodeTask {
  readonly kind: "code";
  readonly path: Path;
  readonly worker: string;
  /** The bundle's digest: threads get the texts of all bundles when they start. */
  readonly bundle: Digest;
  readonly input: Json;
  /** Values of the memory keys that the worker reads. */
  readonly memory: JsonObject;
  readonly timeoutMs: number;
}

/** A question to a person, asked where the terminal is: on the main thread. */
export interface WaitTask {
  readonly kind: "wait";
  readonly path: Path;
  readonly step: AskingStep;
  readonly channel: string;
  readonly question: Json;
  readonly answer: Type;
  /** What stands for an answer when none came in time, counted from when the question was recorded; null: it waits for ever. */
  readonly deadline: Deadline | null;
}

export interface Deadline {
  readonly afterMs: number;
  readonly default: Json;
}

/** The bytes of an artifact, as text: read where the run's folder is, on the main thread. */
export interface ArtifactTask {
  readonly kind: "artifact";
  readonly path: Path;
  readonly tool: string;
  readonly name: string;
  readonly digest: Digest;
  readonly encoding: "text" | "base64";
}

/** What executors run, on whatever thread. */
export type ThreadTask = ModelTask | PermittedTool | CodeTask;

/** What runs code of the project, and so gets a thread to itself. */
export type OwnCode = CodeTask | (PermittedTool & { readonly own: OwnTool });

/** Whether a task runs code of the project. */
export function runsOwnCode(task: ThreadTask): task is OwnCode {
  return task.kind === "code" || (task.kind === "tool" && task.own !== null);
}

/** What the scheduler hands out: stateless, plain, cloneable. */
export type Task = ModelTask | ToolTask | CodeTask | WaitTask | ArtifactTask;

/** Tokens in disjoint buckets: `input` excludes `cached`, `output` excludes `reasoning`. */
export interface Usage {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly reasoning: number;
}

/** What a model answered. `usage`: what the request took with all its tries; null: the server told none. */
export interface ModelAnswer {
  readonly kind: "model";
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly args: string }[];
  readonly finish: string;
  /** The model that answered, as the server names it. */
  readonly model: string;
  readonly usage: Usage | null;
}

/** Whether an answer ends where it was to be no longer. */
export function wasCut({ finish }: Pick<ModelAnswer, "finish">): boolean {
  return finish === "length";
}

/** A piece of an answer that is under way, for who watches. `begin`: a try begins, and what came of an earlier one is void. */
export type Delta =
  | { readonly kind: "begin" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "call"; readonly name: string }
  | { readonly kind: "args"; readonly text: string };

/** What a tool answered, cut to the length that a model is shown. */
export interface ToolAnswer {
  readonly kind: "tool";
  readonly text: string;
}

/** The file that a tool of the project's own wants written, by its path from the project's folder, and what its model is then told. */
export interface FileAnswer {
  readonly kind: "file";
  readonly file: string;
  readonly content: string;
  readonly text: string;
}

export interface CodeAnswer {
  readonly kind: "code";
  readonly key: string;
  readonly value: Json;
}

/** What a person answered, as they wrote it; or the default, when the deadline had passed. */
export interface WaitAnswer {
  readonly kind: "wait";
  readonly value: Json;
  readonly by: "person" | "deadline";
}

/** One try of a model request on the wire. `status` is HTTP's, null where there was no response; `cause` null where it did not fail by itself. */
export interface Attempt {
  readonly startUs: number;
  readonly endUs: number;
  readonly status: number | null;
  readonly error: string | null;
  readonly cause: ModelCause | null;
}

/** How a task ended, with the times where it ran (microseconds since 1970) and the thread. `usage`: what a model request took that failed. */
export type TaskResult = TaskTimes &
  (
    | { readonly kind: "ok"; readonly answer: ModelAnswer | ToolAnswer | FileAnswer | CodeAnswer | WaitAnswer }
    | { readonly kind: "failed"; readonly code: FailureCode; readonly message: string; readonly details: Json; readonly usage?: Usage }
  );

export interface TaskTimes {
  readonly startUs: number;
  readonly endUs: number;
  readonly thread: number;
  readonly attempts: readonly Attempt[];
}

/** Text as the parts of a message. */
export function textParts(text: string): readonly Part[] {
  return [{ kind: "text", text }];
}
