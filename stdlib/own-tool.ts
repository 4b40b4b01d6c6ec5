import type { Json } from "../compiler/ir/json.ts";
import type { Type } from "../compiler/ir/types.ts";

/** What a project's own tool can do to the world, beside being code. */
export const ownEffects = ["read", "write", "net", "exec"] as const;
export type OwnEffect = (typeof ownEffects)[number];

/** What a tool sees besides its arguments. */
export interface OwnToolContext {
  /** The project's folder. */
  readonly projectDir: string;
  /** Variables that agents and skills name and that were granted; empty for a tool that neither sends nor executes. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * What a tool that is undone returns: a file, as a path from the project's folder, the text that it is to hold, and what the model is told,
 * `written` if nothing. tama writes it.
 */
export type FileToWrite = { readonly file: string; readonly content: string; readonly answer?: Json };

/** What one declares of a tool of one's own. */
export type OwnTool = Declared & (Doing | Writing);

interface Declared {
  /** As models call it: `search_docs`. */
  readonly name: string;
  /** What it does and when to call it, for models. */
  readonly description: string;
  /** Its arguments, an object type; default none. A call with others is not made, and the model is told. */
  readonly input?: Type;
  /** What it does; default nothing but compute. It is called where all of this was granted. */
  readonly effects?: readonly OwnEffect[];
  /** The longest time that one call may take. Default 60,000. */
  readonly timeoutMs?: number;
}

interface Doing {
  /** Whether a call that may have been made can be made again: after a crash an idempotent one is, of another a person is asked. Default `irreversible`. */
  readonly undo?: "idempotent" | "irreversible";
  /** What it returns is what the model reads: text, or else JSON. What it throws is told to the model. */
  readonly run: (input: never, context: OwnToolContext) => Json | Promise<Json>;
}

interface Writing {
  /** It writes no file itself, but says which one is to hold what: so the file is saved before, and put back when the agent is tried again. Its effects are `write`, and perhaps `read`. */
  readonly undo: "undo";
  readonly run: (input: never, context: OwnToolContext) => FileToWrite | Promise<FileToWrite>;
}

/** Declares a tool: the default export of a file that the config's `tools` name. */
export function defineTool<const T extends OwnTool>(tool: T): T {
  return tool;
}
