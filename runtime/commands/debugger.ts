import { toText } from "../../compiler/ir/json.ts";
import type { Edit } from "../2-schedule/edits.ts";
import type { EndedAgent } from "../2-schedule/types.ts";
import type { Message, ModelTask, TaskResult } from "../3-task/task.ts";
import type { Debug } from "../debug.ts";
import type { Editor } from "./editor.ts";
import type { Meant, Prompter } from "./terminal.ts";

/** What a debugger needs. */
export interface DebuggerOptions {
  readonly prompter: Pick<Prompter, "ask">;
  /** Names of agents and steps at which it stops; none: at all. */
  readonly breaks: readonly string[];
  /** Ends the run so that it can be resumed. */
  readonly quit: () => void;
  /** Null: a text is typed, line by line. */
  readonly edit: Editor | null;
}

/** What a person wants at a stop. */
type Choice = { readonly kind: "go" | "free" | "quit" | "retry" } | { readonly kind: "edit"; readonly edit: Edit };

/**
 * Shows each request before it is made, and each answer and each agent that has ended before the run goes on with it. Steps that run side by side stop one after the
 * other, for the terminal has one owner. Once told to go on freely it stops no more. Where the terminal is closed it does not stop.
 */
export function openDebugger({ prompter, breaks, quit, edit }: DebuggerOptions): Debug {
  const free = new AbortController();
  const isNamed = (...names: readonly string[]) => breaks.length === 0 || names.some((name) => breaks.includes(name));
  const stops = ({ step, purpose }: ModelTask) => !free.signal.aborted && purpose === "answer" && isNamed(step.agent, step.op, step.label);
  const ask = async (shown: string, mean: (line: string) => Meant<Choice>, signal: AbortSignal): Promise<Choice> => {
    const typed = await prompter.ask(shown, mean, AbortSignal.any([signal, free.signal]));
    const choice: Choice = typed.kind === "typed" ? typed.value : { kind: typed.kind === "closed" ? "free" : "go" };
    if (choice.kind === "free") free.abort();
    if (choice.kind === "quit") quit();
    return choice;
  };
  return {
    before: async (task, signal) => {
      if (!stops(task)) return null;
      const choice = await ask(requestText(task), editing(task, edit), signal);
      return choice.kind === "edit" ? choice.edit : null;
    },
    after: async (task, result, signal) => {
      if (stops(task)) await ask(answerText(task, result), choosing(answerHelp), signal);
    },
    looksAt: (agent) => isNamed(agent),
    ended: async (agent, signal) => {
      if (free.signal.aborted) return null;
      const { kind } = await ask(endText(agent), judging(agent), signal);
      return kind === "retry" ? "retry" : kind === "go" ? "accept" : null;
    },
  };
}

const requestHelp = "Enter makes the request; s edits the system prompt, e the last message, v shows both whole; f goes on freely, q quits";
const answerHelp = "Enter goes on; f goes on freely, q quits";
const endHelp = "Enter accepts it; r undoes what it wrote and has it try again, v shows it whole; f goes on freely, q quits";

function choosing(help: string): (line: string) => Meant<Choice> {
  return (line) => {
    const kinds: Readonly<Partial<Record<string, Choice["kind"] & ("go" | "free" | "quit")>>> = { "": "go", f: "free", q: "quit" };
    const kind = kinds[line.trim()];
    return kind ? { kind: "ok", value: { kind } } : { kind: "wrong", problem: help };
  };
}

/** Reads what is to become of an agent. */
function judging(agent: EndedAgent): (line: string) => Meant<Choice> {
  const otherwise = choosing(endHelp);
  return (line) => {
    if (line.trim() === "r") return { kind: "ok", value: { kind: "retry" } };
    return line.trim() === "v" ? { kind: "wrong", problem: endOf(agent) } : otherwise(line);
  };
}

/** Reads what is to be done with a request: a letter, and for an edit the lines of the new text, up to one with a dot. */
function editing(task: ModelTask, edit: Editor | null): (line: string) => Meant<Choice> {
  const otherwise = choosing(requestHelp);
  let typing: { readonly field: keyof Edit; readonly lines: string[] } | null = null;
  const done = (field: keyof Edit, text: string): Meant<Choice> => ({
    kind: "ok",
    value: { kind: "edit", edit: { system: null, last: null, [field]: text } },
  });
  return (line) => {
    if (typing) {
      if (line.trimEnd() === ".") return done(typing.field, typing.lines.join("\n"));
      typing.lines.push(line);
      return { kind: "more" };
    }
    const field = ({ s: "system", e: "last" } as const)[line.trim()];
    if (line.trim() === "v") return { kind: "wrong", problem: [part(systemOf(task)), part(lastOf(task))].join("\n") };
    if (!field) return otherwise(line);
    if (!edit) {
      typing = { field, lines: [] };
      return { kind: "wrong", problem: "type the new text; a line with only a dot ends it" };
    }
    const text = edit(contentOf(field === "system" ? systemOf(task) : lastOf(task)));
    return text === null ? { kind: "wrong", problem: "the editor failed; nothing is changed" } : done(field, text);
  };
}

/** So much of a message is shown at once. */
const shownLength = 800;

function requestText(task: ModelTask): string {
  const isFirst = !task.messages.some(({ role }) => role === "assistant");
  const parts = isFirst ? [systemOf(task), lastOf(task)] : [lastOf(task)];
  const shown = parts.map((message) => part(message, shownLength)).join("\n");
  return `\n━━━ before ${task.path} (${task.model.name}) ━━━\n${shown}\n\n${requestHelp}\n> `;
}

function answerText(task: ModelTask, result: TaskResult): string {
  return `\n━━━ after ${task.path} ━━━\n${clipped(saidIn(result), shownLength)}\n\n${answerHelp}\n> `;
}

function endText(agent: EndedAgent): string {
  return `\n━━━ ended ${agent.path} ━━━\n${endOf(agent, shownLength)}\n\n${endHelp}\n> `;
}

function endOf({ settled }: EndedAgent, length = Number.POSITIVE_INFINITY): string {
  if (settled.kind === "failed") return clipped(`failed (${settled.failure.code}): ${settled.failure.message}`, length);
  return `key: ${clipped(settled.key, length)}\nvalue: ${clipped(toText(settled.value), length)}`;
}

function saidIn(result: TaskResult): string {
  if (result.kind === "failed") return `${result.code}: ${result.message}`;
  if (result.answer.kind !== "model") return "";
  const { text, calls, usage } = result.answer;
  const tokens = usage ? [`(${usage.input + usage.cached} tokens in, ${usage.output + usage.reasoning} out)`] : [];
  return [...(text === "" ? [] : [text]), ...calls.map(({ name, args }) => `${name}(${args})`), ...tokens].join("\n");
}

function part(message: Message | undefined, length = Number.POSITIVE_INFINITY): string {
  return `[${message?.role ?? ""}]\n${clipped(contentOf(message), length)}`;
}

/** Cut between characters. Whatever a model wrote, none of it may steer the terminal. */
function clipped(text: string, length: number): string {
  const harmless = text.replace(/(?![\n\t])\p{Cc}/gu, "�");
  const characters = [...harmless.slice(0, Number.isFinite(length) ? length * 2 : undefined)];
  return characters.length > length ? `${characters.slice(0, length).join("")}…` : harmless;
}

function systemOf({ messages }: ModelTask): Message | undefined {
  return messages[0];
}

function lastOf({ messages }: ModelTask): Message | undefined {
  return messages.at(-1);
}

function contentOf(message: Message | undefined): string {
  return (message?.parts ?? []).map(({ text }) => text).join("");
}
