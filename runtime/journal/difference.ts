import { canonical, type JsonObject, parseJson, toText } from "../../compiler/ir/json.ts";
import type { Path } from "../../compiler/ir/path.ts";
import { unreachable } from "../../compiler/ir/unreachable.ts";
import type { Run } from "../2-schedule/frames.ts";
import { requestFacts } from "../2-schedule/record.ts";
import type { Message, Task } from "../3-task/task.ts";
import type { Row } from "../4-trace/columns.ts";
import type { Journal, RecordedTask } from "./journal.ts";
import { detailOf, objectOf } from "./result.ts";

/** The first part of a task's content that is not what was recorded, with both, from where they part. */
export interface Difference {
  readonly field: string;
  readonly recorded: string;
  readonly now: string;
}

/** What a request consists of, part by part; a part that is absent is not there. */
export type Asked = ReadonlyMap<string, string>;

/** What differs between a task and one that was recorded; null where nothing that the log tells does. */
export function differenceOf(journal: Journal, recorded: RecordedTask, run: Run, task: Task): Difference | null {
  return difference(recordedAsk(journal, recorded), taskAsk(run, task));
}

/** The first part in which two requests differ. */
export function difference(recorded: Asked, now: Asked): Difference | null {
  const fields = [...new Set([...now.keys(), ...recorded.keys()])];
  const field = fields.find((name) => recorded.get(name) !== now.get(name));
  return field === undefined ? null : shown(field, recorded.get(field) ?? null, now.get(field) ?? null);
}

/** The recorded task that a task without a record most looks like: at its path, else of its kind with the longest beginning of the path in common. */
export function nearest<T extends Pick<RecordedTask, "path" | "kind">>(
  recorded: Iterable<T>,
  { path, kind }: Pick<Task, "path" | "kind">,
): T | null {
  const sameKind = kind === "artifact" ? "tool" : kind;
  let best: T | null = null;
  let most = -1;
  for (const each of recorded) {
    if (each.path === path) return each;
    const common = each.kind === sameKind ? commonLength(each.path, path) : -1;
    if (common > most) [best, most] = [each, common];
  }
  return best;
}

/** A request as it was recorded. */
export function recordedAsk(journal: Journal, { kind, row }: RecordedTask): Asked {
  const facts = factsIn(objectOf(detailOf(row)["request"]));
  const input = journal.text(row.input_hash) ?? "";
  switch (kind) {
    case "model": {
      const messages = journal.messages(row.input_hash).map((message) => recordedMessage(journal, message));
      return asked([["kind", kind], ...modelParts(row.provider, row.model, row.temperature), ...messageParts(messages), ...facts]);
    }
    case "tool":
      return asked([["kind", kind], ["tool", row.tool_name], ["arguments", canonical(parseJson(input) ?? {})], ...facts]);
    case "code":
      return asked([["kind", kind], ["worker", row.tool_name], ["input", input], ...facts]);
    case "wait":
      return asked([["kind", kind], ["channel", row.key], ["question", input], ...facts]);
    default:
      return unreachable(kind);
  }
}

function taskAsk(run: Run, task: Task): Asked {
  const facts = factsIn(requestFacts(run, task));
  switch (task.kind) {
    case "model": {
      const { provider, name, temperature } = task.model;
      return asked([
        ["kind", "model"],
        ...modelParts(provider, name, temperature),
        ...messageParts(task.messages.map(messageText)),
        ...facts,
      ]);
    }
    case "tool":
      return asked([["kind", "tool"], ["tool", task.tool], ["arguments", canonical(task.args)], ...facts]);
    case "artifact":
      return asked([["kind", "tool"], ["tool", task.tool], ...facts]);
    case "code":
      return asked([["kind", "code"], ["worker", task.worker], ["input", canonical(task.input)], ...facts]);
    case "wait":
      return asked([["kind", "wait"], ["channel", task.channel], ["question", toText(task.question)], ...facts]);
    default:
      return unreachable(task);
  }
}

type Part = readonly [field: string, value: string | null];

function asked(parts: readonly Part[]): Asked {
  return new Map(parts.filter((part): part is readonly [string, string] => part[1] !== null));
}

function modelParts(provider: string | null, model: string | null, temperature: number | null): readonly Part[] {
  return [
    ["provider", provider],
    ["model", model],
    ["temperature", temperature === null ? null : String(temperature)],
  ];
}

/** Messages one by one, counted from 1. */
function messageParts(messages: readonly string[]): readonly Part[] {
  return messages.map((message, index) => [`messages[${index + 1}]`, message]);
}

function recordedMessage(journal: Journal, row: Row): string {
  const calls = row.role === "tool" ? row.key : journal.text(row.input_hash);
  return messageLine(row.role ?? "", journal.text(row.value_hash) ?? "", calls ?? "");
}

function messageText(message: Message): string {
  const content = message.parts.map(({ text }) => text).join("");
  if (message.role === "tool") return messageLine(message.role, content, message.call);
  const calls = message.role === "assistant" && message.calls.length > 0 ? message.calls : [];
  return messageLine(message.role, content, calls.length > 0 ? canonical(calls.map(({ id, name, args }) => ({ id, name, args }))) : "");
}

function messageLine(role: string, content: string, calls: string): string {
  return calls === "" ? `${role}: ${content}` : `${role}: ${content}\n${calls}`;
}

function factsIn(facts: JsonObject): readonly Part[] {
  const names = Object.keys(facts).sort();
  return names.map((name) => [factNames[name] ?? name, toText(facts[name] ?? null)]);
}

/** Facts that are digests, as people call them. */
const factNames: Readonly<Record<string, string>> = {
  tools: "tools (what is offered, the keys of finish)",
  output: "output schema",
  bundle: "worker code",
  memory: "memory that the worker reads",
  fingerprint: "fingerprint of the tool",
  answer: "type of the answer",
};

/** Both texts from a little before the place where they part, in one line each. Of a message its role is told. */
function shown(field: string, recorded: string | null, now: string | null): Difference {
  const at = Math.max(0, commonLength(recorded ?? "", now ?? "") - 20);
  const cut = (text: string | null) => (text === null ? "nothing" : `${at > 0 ? "…" : ""}${clip(text.slice(at))}`);
  const role = field.startsWith("messages[") ? ` (${/^\w*/.exec(now ?? recorded ?? "")?.[0] ?? ""})` : "";
  return { field: `${field}${role}`, recorded: cut(recorded), now: cut(now) };
}

function clip(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

/** The path of a task, or of what is around it: whether `path` is `under` or in it. */
export function isWithin(path: Path, under: Path): boolean {
  return path === under || (path.startsWith(under) && /[/:.[@]/.test(path[under.length] ?? ""));
}
