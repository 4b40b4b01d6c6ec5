import { canonical, isObject, parseJson } from "../../compiler/ir/json.ts";
import type { Path } from "../../compiler/ir/path.ts";
import { type Message, type ModelTask, textParts } from "../3-task/task.ts";
import type { OpFrame, Run } from "./frames.ts";
import { record } from "./record.ts";

/** What a person put in place of a request's system prompt and of its last message; null where it stays. */
export interface Edit {
  readonly system: string | null;
  readonly last: string | null;
}

/** An edit as the log keeps it. */
export function editText({ system, last }: Edit): string {
  return canonical({ system, last });
}

/** Reads it back; null for what is none. */
export function readEdit(text: string): Edit | null {
  const value = parseJson(text);
  if (!isObject(value)) return null;
  const { system = null, last = null } = value;
  return (system === null || typeof system === "string") && (last === null || typeof last === "string") ? { system, last } : null;
}

/** Changes the request that is about to be made at `path`, and notes that: from here on the conversation is the edited one. */
export function applyEdit(run: Run, frame: OpFrame, path: Path): void {
  const edit = run.edits.get(path);
  if (!edit || frame.state?.kind !== "loop") return;
  const { messages } = frame.state;
  if (edit.last !== null) put(messages, messages.length - 1, edit.last);
  if (edit.system !== null) put(messages, 0, edit.system);
  record(run, { kind: "decision", path, status: "ok", detail: canonical({ decision: "edit" }) }, { value_hash: editText(edit) });
}

/** A person edits a request that was handed out and is not made yet: it is handed out once more. */
export function editRequest(run: Run, path: Path, edit: Edit): void {
  const [frame, task] = [run.tasks.get(path), run.sent.get(path)];
  if (task?.kind !== "model" || frame?.state?.kind !== "loop") return;
  const before = run.edits.get(path);
  run.edits.set(path, { system: edit.system ?? before?.system ?? null, last: edit.last ?? before?.last ?? null });
  applyEdit(run, frame, path);
  const edited: ModelTask = { ...task, messages: [...frame.state.messages] };
  run.sent.set(path, edited);
  run.commands.push({ kind: "task", task: edited });
}

function put(messages: Message[], index: number, text: string): void {
  const message = messages[index];
  if (message) messages[index] = { ...message, parts: textParts(text) };
}
