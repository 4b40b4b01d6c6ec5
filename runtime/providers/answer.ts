import { canonical, isObject, type Json, parseJson } from "../../compiler/ir/json.ts";
import type { ModelAnswer, ModelTask, Usage } from "../3-task/task.ts";
import type { Quirks } from "./quirks.ts";
import { isWrapped } from "./request.ts";

/**
 * Reads a chat completion as servers really send it: empty or missing content, arguments as an object, no usage.
 * A text says what is wrong with one that cannot be read.
 */
export function readAnswer(task: ModelTask, response: unknown, quirks: Quirks): ModelAnswer | string {
  if (!isObject(response)) return `no chat completion but ${excerpt(response)}`;
  const [choice] = listOf(response["choices"]);
  if (!isObject(choice) || !isObject(choice["message"])) return `no choice in the answer: ${excerpt(errorIn(response) ?? response)}`;
  const message = choice["message"];
  const said = contentText(message["content"]) || contentText(message["refusal"]);
  const text = quirks.has("thinks-in-text") ? withoutThoughts(said) : said;
  const isHeld = task.output !== null && !quirks.has("no-format") && isWrapped(task.output);
  return {
    kind: "model",
    text: isHeld ? unwrap(text) : text,
    calls: listOf(message["tool_calls"]).flatMap(readCall),
    finish: typeof choice["finish_reason"] === "string" ? choice["finish_reason"] : "unknown",
    model: typeof response["model"] === "string" ? response["model"] : task.model.name,
    usage: readUsage(response["usage"]),
  };
}

/** Token counts in disjoint buckets; null where the server told none. */
export function readUsage(usage: unknown): Usage | null {
  if (!isObject(usage)) return null;
  const prompt = tokens(usage, "prompt_tokens");
  const completion = tokens(usage, "completion_tokens");
  if (prompt === null && completion === null) return null;
  const cached = Math.min(tokens(usage["prompt_tokens_details"], "cached_tokens") ?? 0, prompt ?? 0);
  const output = completion ?? 0;
  const beside = (tokens(usage, "total_tokens") ?? 0) - (prompt ?? 0) - output;
  const reasoning = tokens(usage["completion_tokens_details"], "reasoning_tokens") ?? Math.max(0, beside);
  // Some servers count reasoning beside the completion instead of inside it: the total tells, or that it is the larger.
  const isBeside = reasoning > output || (reasoning > 0 && reasoning === beside);
  return { input: (prompt ?? 0) - cached, cached, output: isBeside ? output : output - reasoning, reasoning };
}

function tokens(from: unknown, name: string): number | null {
  const value = isObject(from) ? from[name] : undefined;
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function readCall(call: unknown): ModelAnswer["calls"] {
  const named = isObject(call) ? call["function"] : undefined;
  if (!isObject(named) || typeof named["name"] !== "string") return [];
  const args = named["arguments"];
  return [{ name: named["name"], args: typeof args === "string" ? args : args === undefined || args === null ? "" : JSON.stringify(args) }];
}

/** What a model thought before it answered is no part of the answer. */
function withoutThoughts(text: string): string {
  return text.replace(/^\s*<think>[\s\S]*?<\/think>\s*/, "");
}

/** Content is text, nothing, or a list of parts. */
function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  return listOf(content)
    .map((part) => (isObject(part) && typeof part["text"] === "string" ? part["text"] : ""))
    .join("");
}

/** Text that is no `{value}` stays as it is: who reads it checks its type. */
function unwrap(text: string): string {
  const parsed: Json | undefined = parseJson(text);
  if (!isObject(parsed) || !("value" in parsed)) return text;
  return canonical(parsed["value"] ?? null);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function errorIn(response: Readonly<Record<string, unknown>>): unknown {
  const error = response["error"];
  return isObject(error) ? (error["message"] ?? error) : error;
}

function excerpt(value: unknown): string {
  const shown = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  return shown.length > 200 ? `${shown.slice(0, 200)}...` : shown;
}
