import { canonical, type Json, type JsonObject, parseJson, toText } from "../../compiler/ir/json.ts";
import type { Path } from "../../compiler/ir/path.ts";
import { unreachable } from "../../compiler/ir/unreachable.ts";
import type { Run } from "../2-schedule/frames.ts";
import { requestFacts } from "../2-schedule/record.ts";
import type { Message, ModelTask, Task } from "../3-task/task.ts";
import type { Row } from "../4-trace/columns.ts";
import type { Journal, RecordedTask } from "./journal.ts";
import { detailOf, objectOf } from "./result.ts";

/** The first part of a task's content that is not what was recorded, with both, from where they part. */
export interface Difference {
  readonly field: string;
  readonly recorded: string;
  readonly now: string;
}

/** A part of what a content key is made of; null where there is none. */
interface Part {
  readonly field: string;
  readonly recorded: string | null;
  readonly now: string | null;
}

/** What differs between a task and one that was recorded; null where nothing that the log tells does. */
export function differenceOf(journal: Journal, recorded: RecordedTask, run: Run, task: Task): Difference | null {
  const part = partsOf(journal, recorded, run, task).find((each) => each.recorded !== each.now);
  return part ? shown(part) : null;
}

/** The recorded task that a task without a record most looks like: at its path, else of its kind with the longest beginning of the path in common. */
export function nearest(journal: Journal, { path, kind }: Pick<Task, "path" | "kind">): RecordedTask | null {
  const sameKind = kind === "artifact" ? "tool" : kind;
  let best: RecordedTask | null = journal.tasks.get(path) ?? null;
  if (best) return best;
  let most = -1;
  for (const each of journal.tasks.values()) {
    const common = each.kind === sameKind ? commonLength(each.path, path) : -1;
    if (common > most) [best, most] = [each, common];
  }
  return best;
}

function partsOf(journal: Journal, recorded: RecordedTask, run: Run, task: Task): readonly Part[] {
  const kind = task.kind === "artifact" ? "tool" : task.kind;
  if (kind !== recorded.kind) return [{ field: "kind", recorded: recorded.kind, now: kind }];
  return [...columnParts(journal, recorded.row, task), ...factParts(recorded.row, requestFacts(run, task))];
}

function columnParts(journal: Journal, row: Row, task: Task): readonly Part[] {
  const input = () => journal.text(row.input_hash) ?? "";
  switch (task.kind) {
    case "model":
      return [...modelParts(row, task), ...messageParts(journal, row, task.messages)];
    case "tool":
      return [
        { field: "tool", recorded: row.tool_name, now: task.tool },
        { field: "arguments", recorded: canonical(parseJson(input()) ?? {}), now: canonical(task.args) },
      ];
    case "artifact":
      return [{ field: "tool", recorded: row.tool_name, now: task.tool }];
    case "code":
      return [
        { field: "worker", recorded: row.tool_name, now: task.worker },
        { field: "input", recorded: input(), now: canonical(task.input) },
      ];
    case "wait":
      return [
        { field: "channel", recorded: row.key, now: task.channel },
        { field: "question", recorded: input(), now: toText(task.question) },
      ];
    default:
      return unreachable(task);
  }
}

function modelParts(row: Row, { model }: ModelTask): readonly Part[] {
  const temperature = (value: number | null) => (value === null ? null : String(value));
  return [
    { field: "provider", recorded: row.provider, now: model.provider },
    { field: "model", recorded: row.model, now: model.name },
    { field: "temperature", recorded: temperature(row.temperature), now: temperature(model.temperature) },
  ];
}

/** Messages one by one: `messages[1] (system)`, counted from 1. */
function messageParts(journal: Journal, row: Row, now: readonly Message[]): readonly Part[] {
  const recorded = journal.messages(row.input_hash).map((message) => recordedMessage(journal, message));
  const said = now.map(messageText);
  return Array.from({ length: Math.max(recorded.length, said.length) }, (_, index) => ({
    field: `messages[${index + 1}] (${now[index]?.role ?? "none"})`,
    recorded: recorded[index] ?? null,
    now: said[index] ?? null,
  }));
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

function factParts(row: Row, now: JsonObject): readonly Part[] {
  const recorded = objectOf(detailOf(row)["request"]);
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(now)])].sort();
  const text = (value: Json | undefined) => (value === undefined ? null : toText(value));
  return names.map((name) => ({ field: factNames[name] ?? name, recorded: text(recorded[name]), now: text(now[name]) }));
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

/** Both texts from a little before the place where they part, in one line each. */
function shown({ field, recorded, now }: Part): Difference {
  const at = Math.max(0, commonLength(recorded ?? "", now ?? "") - 20);
  const cut = (text: string | null) => (text === null ? "nothing" : `${at > 0 ? "…" : ""}${clip(text.slice(at))}`);
  return { field, recorded: cut(recorded), now: cut(now) };
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
