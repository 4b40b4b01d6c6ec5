import { canonical, isObject, type Json, parseJson } from "../../compiler/ir/json.ts";
import type { ModelAnswer, ModelTask, Usage } from "../3-task/task.ts";
import { type Broken, broken, brokenBy } from "./causes.ts";
import type { Quirks } from "./quirks.ts";
import { isWrapped } from "./request.ts";
import { errorIn, pageTitle } from "./server-error.ts";

/** Reads a chat completion as servers really send it: empty or missing content, arguments as an object, no usage. Else why it is no answer. */
export function readAnswer(task: ModelTask, response: unknown, quirks: Quirks): ModelAnswer | Broken {
  if (!isObject(response)) return broken("bad-answer", `sent no chat completion but ${excerpt(response)}`);
  const [choice] = listOf(response["choices"]);
  const error = errorIn(response) ?? errorIn(choice);
  if (error) return brokenBy(error);
  if (!isObject(choice)) return broken("bad-answer", `sent no choice in the answer: ${excerpt(response)}`);
  const message = isObject(choice["message"]) ? choice["message"] : {};
  const finish = typeof choice["finish_reason"] === "string" ? choice["finish_reason"] : "unknown";
  const withheld = withheldBy(task, finish, message);
  if (withheld !== null) return broken("content-filter", withheld);
  const said = contentText(message["content"]) || contentText(message["refusal"]);
  const text = quirks.has("thinks-in-text") ? withoutThoughts(said) : said;
  const isHeld = task.output !== null && !quirks.has("no-format") && isWrapped(task.output);
  return {
    kind: "model",
    text: isHeld ? unwrap(text) : text,
    calls: listOf(message["tool_calls"]).flatMap(readCall),
    finish,
    model: typeof response["model"] === "string" ? response["model"] : task.model.name,
    usage: readUsage(response["usage"]),
  };
}

/** Who kept the answer back, in whole or in part: a filter, or a model that refuses what is to be of a type. Null: nobody. */
function withheldBy({ output }: ModelTask, finish: string, message: Readonly<Record<string, unknown>>): string | null {
  if (/^(content_filter|refusal|safety)\b/i.test(finish)) return `withheld the answer (${finish})`;
  const refusal = contentText(message["refusal"]);
  return output !== null && refusal !== "" && contentText(message["content"]) === "" ? `tells that the model refused: ${refusal}` : null;
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

function excerpt(value: unknown): string {
  const shown = typeof value === "string" ? (pageTitle(value) ?? value) : JSON.stringify(value);
  if (shown === "") return "an empty text";
  return shown.length > 200 ? `${shown.slice(0, 200)}...` : shown;
}
