/** What the tasks of random plans come to: functions of what a task sees, so that only a leak of order can change anything. */
import { digest, shortDigest } from "../../compiler/ir/digest.ts";
import type { Json } from "../../compiler/ir/json.ts";
import { ok } from "../../runtime/2-schedule/types.ts";
import type { Message } from "../../runtime/3-task/task.ts";
import { type Came, type DriveOptions, says } from "./drive.ts";
import { generator } from "./random-plan.ts";
import type { LeafOutcome } from "./reference-run.ts";

const hash = (...parts: readonly Json[]) => shortDigest(digest(parts), 6);
const number = (text: string) => Number.parseInt(text, 16);

/** Answers that know nothing of memory: what an op makes of its input at its path. */
export const byPathAndInput: DriveOptions["answer"] = (task) => {
  if (task.kind === "code") return codeFor(task.worker, task.path, String(task.input));
  if (task.kind !== "model") return { kind: "tool", text: "file" };
  const input = inputOf(task.messages);
  const path = task.path.replace(/:\d+$/, "");
  if (task.tools.length === 0) return says(hash(path, input));
  if (input === null) return says([{ name: "start", args: {} }]);
  return says([{ name: "finish", args: { key: "done", value: hash(path, input) } }]);
};

/** Answers by path alone. */
export const byPath: DriveOptions["answer"] = (task) => byPathAndInput(task.kind === "code" ? { ...task, input: "" } : task);

/** What `byPathAndInput` comes to for a whole op. */
export const leafOf: LeafOutcome = (op, path, input) => {
  if (op.kind !== "code") return ok("done", hash(path, input));
  const came = codeFor(op.worker, path, input);
  return came.kind === "code" ? ok(came.key, came.value) : { kind: "failed", failure: { code: "code", message: "broken", path } };
};

function codeFor(worker: string, path: string, input: string): Came {
  const value = hash(path, input);
  if (worker === "fragile" && number(value) % 3 === 0) return { kind: "failed", code: "code", message: "broken" };
  return { kind: "code", key: "done", value };
}

/** Answers that depend on all that a task sees, memory included, and that write to memory: if any order leaked in, they would differ. */
export const byAllItSees: DriveOptions["answer"] = (task) => {
  if (task.kind === "code") return codeFor(task.worker, task.path, hash(task.input, task.memory));
  if (task.kind !== "model") {
    const seen = hash(task.path);
    return number(seen) % 4 === 0 ? { kind: "failed", code: "tool", message: "no" } : { kind: "tool", text: seen };
  }
  const seen = hash(JSON.stringify(task.messages), task.path);
  if (task.tools.length === 0) return number(seen) % 7 === 0 && task.path.endsWith(":1") ? says("") : says(seen);
  const turn = Number(task.path.split(":").at(-1));
  return says([...callsFor(seen, turn)]);
};

function* callsFor(seen: string, turn: number) {
  const dice = generator(number(seen));
  if (turn === 1) yield { name: "start", args: {} };
  for (let count = dice(4); count > 0; count -= 1) {
    const key = ["k", "list", "other"][dice(3)] ?? "";
    yield [
      { name: "tama_mem_set", args: { key, value: seen } },
      { name: "tama_mem_append", args: { key: "list", item: seen } },
      { name: "tama_mem_get", args: { key, with_version: dice(2) === 0 } },
      { name: "tama_mem_set", args: { key, value: seen, expect_version: dice(3) } },
      { name: "tama_mem_delete", args: { key } },
      { name: "tama_artifact_write", args: { name: key, content: seen } },
      { name: "tama_artifact_read", args: { name: key } },
      { name: "tama_artifact_list", args: {} },
      { name: "tama_files_read", args: { path: `${count}` } },
      { name: "tama_files_read", args: { path: key } },
    ][dice(10)] ?? { name: "start", args: {} };
  }
  if (turn >= 3 || dice(3) === 0) yield { name: "finish", args: { key: "done", value: seen } };
}

function inputOf(messages: readonly Message[]): string | null {
  const [, first] = messages;
  if (first?.parts[0]?.text !== "Begin.") return first?.parts[0]?.text ?? null;
  return messages.find(({ role }) => role === "tool")?.parts[0]?.text ?? null;
}
