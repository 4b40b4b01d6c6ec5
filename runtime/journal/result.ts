import { type FailureCode, failureCodes } from "../../compiler/ir/failure.ts";
import { isObject, type Json, type JsonObject, parseJson } from "../../compiler/ir/json.ts";
import { unreachable } from "../../compiler/ir/unreachable.ts";
import type { ModelAnswer, TaskResult, TaskTimes, Usage } from "../3-task/task.ts";
import type { Row } from "../4-trace/columns.ts";
import type { Journal, RecordedTask } from "./journal.ts";

type Answer = (TaskResult & { readonly kind: "ok" })["answer"];

/** What a task came to, as it was recorded: at the present time, on this thread, in no attempt of its own. Null where the log does not hold all of it. */
export function resultOf(journal: Journal, recorded: RecordedTask, nowUs: number): TaskResult | null {
  const times: TaskTimes = { startUs: nowUs, endUs: nowUs, thread: 0, attempts: [] };
  const { row } = recorded;
  if (row.status !== "ok") {
    const details = detailOf(row)["details"] ?? null;
    const usage = usageOf(row);
    return { kind: "failed", code: codeOf(row), message: row.message ?? "", details, ...(usage ? { usage } : {}), ...times };
  }
  const text = journal.text(row.value_hash);
  const answer = text === null ? null : answerOf(recorded, text);
  return answer && { kind: "ok", answer, ...times };
}

/** Why a task failed, as its row tells. */
export function codeOf({ code }: Row): FailureCode {
  return failureCodes.find((known) => known === code) ?? "bug";
}

function answerOf({ kind, row }: RecordedTask, text: string): Answer | null {
  switch (kind) {
    case "model":
      return modelAnswer(row, text);
    case "tool":
      return { kind: "tool", text };
    case "code":
    case "wait": {
      const value = parseJson(text);
      if (value === undefined) return null;
      if (kind === "code") return { kind, key: row.key ?? "done", value };
      return { kind, value, by: detailOf(row)["by"] === "deadline" ? "deadline" : "person" };
    }
    default:
      return unreachable(kind);
  }
}

function modelAnswer(row: Row, text: string): ModelAnswer | null {
  const said = parseJson(text);
  if (!isObject(said) || typeof said["text"] !== "string") return null;
  const { finish, model } = detailOf(row);
  return {
    kind: "model",
    text: said["text"],
    calls: listOf(said["calls"]).flatMap((call) => (isObject(call) ? [{ name: String(call["name"]), args: String(call["args"]) }] : [])),
    finish: String(finish ?? ""),
    model: String(model ?? ""),
    usage: usageOf(row),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What a request took, as its row tells; null where nobody counted. */
export function usageOf(row: Row): Usage | null {
  const { input_tokens: input, cached_tokens: cached, output_tokens: output, reasoning_tokens: reasoning } = row;
  if (input === null || cached === null || output === null || reasoning === null) return null;
  return { input, cached, output, reasoning };
}

/** The `detail` of a row as data. */
export function detailOf({ detail }: Row): JsonObject {
  return objectOf(parseJson(detail ?? ""));
}

/** A value where it is an object, else an empty one. */
export function objectOf(value: Json | undefined): JsonObject {
  const isJsonObject = (given: Json | undefined): given is JsonObject => isObject(given);
  return isJsonObject(value) ? value : {};
}
