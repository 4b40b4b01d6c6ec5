import type { Digest } from "../../compiler/ir/digest.ts";
import { isObject, type JsonObject, toText } from "../../compiler/ir/json.ts";
import { accepts, show } from "../../compiler/ir/types.ts";
import type { OwnToolContext } from "../../stdlib/own-tool.ts";
import type { ToolOutcome } from "../../stdlib/tool.ts";
import type { ModuleLoader } from "./code.ts";
import { copied, noAnswer } from "./not-json.ts";
import type { FileAnswer } from "./task.ts";

/** A call of a tool of the project's own. */
export interface OwnToolCall {
  readonly tool: string;
  readonly bundle: Digest;
  readonly args: JsonObject;
  readonly context: OwnToolContext;
  readonly writes: boolean;
}

/** What such a call came to. */
export type OwnOutcome = ToolOutcome | FileAnswer;

/** Calls a tool of the project's own, if the arguments are of the type that it declares. Its mistakes are failures that a model is told. */
export async function runOwnTool({ tool, bundle, args, context, writes }: OwnToolCall, modules: ModuleLoader): Promise<OwnOutcome> {
  const module = await modules(bundle);
  if (typeof module === "string") return failed(`${tool} cannot be loaded: ${module}`);
  const wrong = await misfit(module.declared["input"], args);
  if (wrong !== null) return failed(`the arguments of ${tool} ${wrong}`);
  try {
    const value = await module.run(args, context);
    return writes ? fileOf(tool, value) : answerOf(tool, value);
  } catch (error) {
    return failed(`${tool} failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The type is decoded here, because it is not in the plan: its schema is. */
async function misfit(declared: unknown, args: JsonObject): Promise<string | null> {
  if (declared === undefined) return null;
  const { decodeWith, type } = await import("../../compiler/ir/decode.ts");
  const input = decodeWith(type, copied(declared));
  if (input.kind !== "ok") return "have no type that can be read";
  return accepts(input.value, args) ? null : `are not of type ${show(input.value)}`;
}

function answerOf(tool: string, value: unknown): ToolOutcome {
  const problem = noAnswer(value);
  return problem === null ? { kind: "ok", text: toText(copied(value)) } : failed(`${tool} ${problem}`);
}

function fileOf(tool: string, value: unknown): OwnOutcome {
  const { file, content, answer = "written" } = isObject(value) ? value : {};
  if (typeof file !== "string" || file === "" || typeof content !== "string")
    return failed(`${tool} is undone, and so returns {file, content}, both texts; it returned something else`);
  const told = answerOf(tool, answer);
  return told.kind === "ok" ? { kind: "file", file, content, text: told.text } : told;
}

function failed(message: string): ToolOutcome {
  return { kind: "failed", message };
}
