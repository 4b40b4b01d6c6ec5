import { type Digest, digest } from "../compiler/ir/digest.ts";
import type { JsonObject } from "../compiler/ir/json.ts";
import type { Effect } from "../compiler/ir/plan.ts";

/** What a tool may touch while it runs. Paths are absolute; what is granted is decided outside the tool. */
export interface ToolContext {
  /** The project folder, against which relative paths are read. */
  readonly projectDir: string;
  readonly signal: AbortSignal;
  /** The longest time that a call may take. */
  readonly timeoutMs: number;
  /** The environment that its commands get, or the variables that it may put into what it sends. Empty where it can do neither. */
  readonly env: Readonly<Record<string, string>>;
  /** The folders under which it may write. */
  readonly writable: readonly string[];
  /** Folders and files that it neither reads nor writes: tama's own. */
  readonly closed: readonly string[];
  /** Sends a request, where the net and its host are granted. */
  readonly send: (request: HttpRequest) => Promise<HttpAnswer>;
}

/** A file, absolute, its text to be, and what the call answers once that is done. */
export interface Replacement {
  readonly file: string;
  readonly content: string;
  readonly answer: string;
}

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** What came of a request; `failed`: no answer, or no whole one. */
export type HttpAnswer =
  | { readonly kind: "answered"; readonly status: number; readonly statusText: string; readonly text: string }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

/**
 * What a tool answered: text for the model, why it could not, or that nobody granted it. Of a text that is too long the end is cut;
 * `dropped` bytes of it are missing already, and `tail` is kept whatever is cut.
 */
export type ToolOutcome =
  | { readonly kind: "ok"; readonly text: string; readonly tail?: string; readonly dropped?: number }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "refused"; readonly message: string };

/** What one declares of a tool. */
export interface Tool {
  /** As models call it: `tama_files_read`. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly parameters: JsonObject;
  readonly effects: readonly Effect[];
  readonly undo: "undo" | "idempotent" | "irreversible";
  /**
   * Where it runs. `protocol`: part of the react loop, always there; `state`: on shared memory, by the scheduler;
   * `thread`: `run` on a worker thread.
   */
  readonly where: "protocol" | "state" | "thread";
  /** Of a `thread` tool that is undone: the file that a call replaces, and what it will hold. Null where it names none. */
  readonly replaces?: (args: JsonObject, projectDir: string) => Replacement | null;
  /** Present for `thread` tools. Arguments have been parsed, not checked. Throws only for a bug. */
  readonly run?: (args: JsonObject, context: ToolContext) => Promise<ToolOutcome>;
}

/** Declares a tool. */
export function defineTool(tool: Tool): Tool {
  return tool;
}

/** What a plan knows a tool by: what a model sees of it, and what it may do. */
export function fingerprintOf({ name, description, parameters, effects, undo }: Tool): Digest {
  return digest({ name, description, parameters, effects, undo });
}
