import { _iterSSEMessages } from "openai/streaming";
import { isObject, parseJson } from "../../compiler/ir/json.ts";
import type { Delta } from "../3-task/task.ts";
import { type Broken, broken, brokenBy } from "./causes.ts";
import { errorIn } from "./server-error.ts";

/** A call of a tool as it is put together. */
interface PartialCall {
  readonly id: string;
  readonly name: string;
  args: string;
}

/** A completion as it is put together from its pieces. */
interface Pieces {
  text: string;
  refusal: string;
  readonly calls: { readonly index: unknown; readonly call: PartialCall }[];
  finish: string | null;
  model: string | null;
  usage: unknown;
}

/** What a server sent as its answer, whatever it is. */
export interface Completion {
  readonly kind: "body";
  readonly body: unknown;
}

export interface StreamWatch {
  readonly onDelta: (delta: Delta) => void;
  /** Told what the answer has taken, as often as the server tells it: also of one that breaks off. */
  readonly onUsage: (usage: unknown) => void;
}

/**
 * Reads a streamed chat completion to its end and gives what a plain one would have been; or what it broke off with. A server that says
 * `[DONE]` is through, whether it has told why or not.
 */
export async function readStream(response: Response, { onDelta, onUsage }: StreamWatch): Promise<Completion | Broken> {
  const partial: Pieces = { text: "", refusal: "", calls: [], finish: null, model: null, usage: null };
  let isDone = false;
  for await (const { data } of _iterSSEMessages(response, new AbortController())) {
    isDone ||= data.startsWith("[DONE]");
    if (isDone || data.trim() === "") continue;
    const chunk = parseJson(data);
    const usage = usageOf(chunk);
    if (usage) {
      partial.usage = usage;
      onUsage(usage);
    }
    const error = errorIn(chunk);
    if (error) return brokenBy(error);
    if (chunk === undefined) return broken("connection", `broke off: a piece of its stream is no JSON: ${data}`);
    take(partial, chunk, onDelta);
  }
  if (partial.finish === null && !isDone) return broken("connection", "broke off: the stream ended before the answer did");
  return { kind: "body", body: whole(partial) };
}

/** What has been taken so far, where a piece tells it. */
function usageOf(chunk: unknown): object | null {
  if (!isObject(chunk)) return null;
  const usage = chunk["usage"] ?? (isObject(chunk["x_groq"]) ? chunk["x_groq"]["usage"] : null);
  return isObject(usage) ? usage : null;
}

function take(partial: Pieces, chunk: unknown, onDelta: (delta: Delta) => void): void {
  if (!isObject(chunk)) return;
  if (typeof chunk["model"] === "string") partial.model ??= chunk["model"];
  const choice: unknown = Array.isArray(chunk["choices"]) ? chunk["choices"][0] : undefined;
  if (!isObject(choice)) return;
  if (typeof choice["finish_reason"] === "string") partial.finish = choice["finish_reason"];
  const delta = choice["delta"];
  if (!isObject(delta)) return;
  const text = textOf(delta["content"]);
  partial.text += text;
  partial.refusal += textOf(delta["refusal"]);
  if (text !== "") onDelta({ kind: "text", text });
  for (const piece of Array.isArray(delta["tool_calls"]) ? delta["tool_calls"] : []) takeCall(partial, piece, onDelta);
}

/** A piece with a name begins a call, unless it has the id of the one before; some servers tell no index, or the same for all calls. */
function takeCall({ calls }: Pieces, piece: unknown, onDelta: (delta: Delta) => void): void {
  const named = isObject(piece) ? piece["function"] : undefined;
  if (!isObject(piece) || !isObject(named)) return;
  const { id, index } = { id: textOf(piece["id"]), index: piece["index"] };
  const [name, args] = [textOf(named["name"]), argsOf(named["arguments"])];
  const open = calls.findLast((each) => each.index === index) ?? (index === undefined ? calls.at(-1) : undefined);
  const continues = open && (name === "" || (id !== "" && id === open.call.id));
  if (continues) open.call.args += args;
  else calls.push({ index, call: { id, name, args } });
  if (!continues) onDelta({ kind: "call", name });
  if (args !== "") onDelta({ kind: "args", text: args });
}

function whole({ text, refusal, calls, finish, model, usage }: Pieces): unknown {
  const message = {
    content: text,
    refusal,
    tool_calls: calls.map(({ call }) => ({ id: call.id, type: "function", function: { name: call.name, arguments: call.args } })),
  };
  return { choices: [{ message, finish_reason: finish }], ...(model === null ? {} : { model }), usage };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Some servers send arguments as an object. */
function argsOf(value: unknown): string {
  return typeof value === "string" || value === undefined || value === null ? textOf(value) : JSON.stringify(value);
}
