import type { JsonObject } from "../compiler/ir/json.ts";
import type { Effect } from "../compiler/ir/plan.ts";

/** What a tool may touch while it runs. Paths are absolute; everything is decided outside the tool. */
export interface ToolContext {
  /** The project folder, against which relative paths are read. */
  readonly projectDir: string;
  readonly signal: AbortSignal;
}

/** What a tool answered: text for the model, or why it could not. */
export type ToolOutcome = { readonly kind: "ok"; readonly text: string } | { readonly kind: "failed"; readonly message: string };

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
   * `thread`: `run` on a worker thread; `none`: known, and refused at run time.
   */
  readonly where: "protocol" | "state" | "thread" | "none";
  /** Present for `thread` tools. Arguments have been parsed, not checked. Throws only for a bug. */
  readonly run?: (args: JsonObject, context: ToolContext) => Promise<ToolOutcome>;
}

/** Declares a tool. */
export function defineTool(tool: Tool): Tool {
  return tool;
}
