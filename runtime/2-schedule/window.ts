import type { Message, ToolSchema } from "../3-task/task.ts";
import { textParts } from "../3-task/task.ts";

/** An act's conversation, cut where it may be shortened. In order: what is in `middle` may go, all else stays. */
export interface Parts {
  /** The system prompt, the first message, and the exchange in which `start` gave the task. */
  readonly head: readonly Message[];
  /** Whole exchanges: an answer with the results of its calls, or the summary of earlier ones. */
  readonly middle: readonly (readonly Message[])[];
  readonly recent: readonly Message[];
}

/** How many of the last exchanges stay as they are. */
const recentExchanges = 2;

/** The longest result that is not worth leaving out, in characters. */
const shortResult = 200;

/** Cuts a conversation. No exchange is ever split: a call and its result stay together. */
export function cut(messages: readonly Message[], summary: Message | null): Parts {
  const exchanges = exchangesOf(messages.slice(2), summary);
  const started = exchanges.findIndex(([first]) => first?.role === "assistant" && first.calls.some(({ name }) => name === "start"));
  const recentFrom = Math.max(0, exchanges.length - recentExchanges);
  return {
    head: [...messages.slice(0, 2), ...(started < recentFrom ? (exchanges[started] ?? []) : [])],
    middle: exchanges.filter((_, index) => index < recentFrom && index !== started),
    recent: exchanges.slice(recentFrom).flat(),
  };
}

/** The conversation without the long results of its middle; the same messages where there are none. */
export function withoutResults(messages: readonly Message[], { middle }: Parts): readonly Message[] {
  const mayGo = new Set(middle.flat());
  return messages.map((message) => {
    const length = message.role === "tool" && mayGo.has(message) ? textOf(message).length : 0;
    return length <= shortResult ? message : { ...message, parts: textParts(`[${length} characters were left out here to save space]`) };
  });
}

/** The conversation with a summary in place of its middle. */
export function withSummary({ head, recent }: Parts, summary: Message): readonly Message[] {
  return [...head, summary, ...recent];
}

/** The middle as a text, an entry for each message; where it is longer than `maxBytes`, without its beginning. */
export function transcript({ middle }: Parts, maxBytes: number): string {
  const entries = middle.flat().map(entryOf);
  let bytes = entries.reduce((sum, entry) => sum + Buffer.byteLength(entry) + 2, 0);
  while (bytes > maxBytes && entries.length > 1) bytes -= Buffer.byteLength(entries.shift() ?? "") + 2;
  return entries.join("\n\n");
}

/** The size of a request: of what is said, and of the tools that are offered. */
export function bytesOf(messages: readonly Message[], tools: readonly ToolSchema[]): number {
  return (
    messages.reduce((sum, message) => sum + messageBytes(message), 0) + (tools.length > 0 ? Buffer.byteLength(JSON.stringify(tools)) : 0)
  );
}

function messageBytes(message: Message): number {
  const calls = message.role === "assistant" ? message.calls : [];
  return calls.reduce((sum, { name, args }) => sum + Buffer.byteLength(name) + Buffer.byteLength(args), Buffer.byteLength(textOf(message)));
}

/** A new exchange begins with each answer of the model, and with the summary. What follows, results or a word of ours, belongs to it. */
function exchangesOf(messages: readonly Message[], summary: Message | null): readonly (readonly Message[])[] {
  const exchanges: Message[][] = [];
  for (const message of messages) {
    const last = exchanges.at(-1);
    if (!last || message.role === "assistant" || message === summary) exchanges.push([message]);
    else last.push(message);
  }
  return exchanges;
}

function entryOf(message: Message): string {
  const text = textOf(message);
  switch (message.role) {
    case "assistant":
      return ["The agent:", text, ...message.calls.map(({ name, args }) => `${name}(${args})`)].filter((line) => line !== "").join("\n");
    case "tool":
      return `Result:\n${text}`;
    default:
      return text;
  }
}

function textOf(message: Message): string {
  return message.parts.map((part) => part.text).join("");
}
