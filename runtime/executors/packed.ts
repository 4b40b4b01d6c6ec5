import type { Message, ModelTask, ThreadTask } from "../3-task/task.ts";
import type { Envelope } from "./protocol.ts";

const texts = new WeakMap<Message, string>();

/** A task as it crosses to a thread. Messages of a conversation that crossed before are not written again. */
export function packed(task: ThreadTask): Pick<Envelope, "task" | "messages"> {
  return task.kind === "model" ? { task: withMessages(task, []), messages: task.messages.map(textOf) } : { task, messages: [] };
}

/** The task as it was before it crossed. */
export function unpacked({ task, messages }: Pick<Envelope, "task" | "messages">): ThreadTask {
  return task.kind === "model" ? withMessages(task, messages.map(messageOf)) : task;
}

function withMessages(task: ModelTask, messages: readonly Message[]): ModelTask {
  return { ...task, messages };
}

function textOf(message: Message): string {
  const known = texts.get(message);
  if (known !== undefined) return known;
  const text = JSON.stringify(message);
  texts.set(message, text);
  return text;
}

const messageOf: (text: string) => Message = (text) => JSON.parse(text);
