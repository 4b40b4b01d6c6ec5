import { isObject, parseJson } from "../../compiler/ir/json.ts";
import type { Message, ModelTask } from "../3-task/task.ts";

/** All that the system says. */
export function systemOf(task: ModelTask): string {
  return task.messages
    .filter(({ role }) => role === "system")
    .map(textOf)
    .join("\n");
}

/** The text of a message. */
export function textOf(message: Message): string {
  return message.parts.map((part) => part.text).join("");
}

/** The skills that a react loop's system prompt lists. */
export function listedSkills(task: ModelTask): readonly string[] {
  const [, list = ""] = systemOf(task).split("## Available skills");
  return [...list.matchAll(/^- \*\*(.+?)\*\*/gm)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

/** The names of the tools that the model has called so far. */
export function calledTools(task: ModelTask): ReadonlySet<string> {
  return new Set(task.messages.flatMap((message) => (message.role === "assistant" ? message.calls.map(({ name }) => name) : [])));
}

/** The names of the skills that the model has asked for so far. */
export function skillsRead({ messages }: ModelTask): ReadonlySet<string> {
  const calls = messages.flatMap((message) => (message.role === "assistant" ? message.calls : []));
  return new Set(calls.flatMap(({ name, args }) => (name === "read_skill" ? nameIn(args) : [])));
}

function nameIn(args: string): readonly string[] {
  const parsed = parseJson(args);
  return isObject(parsed) && typeof parsed["name"] === "string" ? [parsed["name"]] : [];
}

/** What a request and an answer to it cost where no server counts: four characters make about a token. */
export function countedUsage(task: ModelTask, said: { readonly text: string; readonly calls: readonly unknown[] }) {
  return { input: tokens([task.messages, task.tools]), cached: 0, output: tokens(said), reasoning: 0 };
}

function tokens(value: unknown): number {
  return Math.ceil(JSON.stringify(value).length / 4);
}
