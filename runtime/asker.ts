import type { Json } from "../compiler/ir/json.ts";
import type { TaskResult, WaitTask } from "./3-task/task.ts";

/** What came of a question. */
export type Reply =
  | { readonly kind: "answer"; readonly value: Json }
  | { readonly kind: "nobody"; readonly message: string }
  | { readonly kind: "cancelled" };

/** Asks a person. It gets one question at a time, and never rejects. */
export type Asker = (question: WaitTask, signal: AbortSignal) => Promise<Reply>;

/** For where there is nobody to ask. */
export const nobody: Asker = async ({ channel }) => ({
  kind: "nobody",
  message: `channel \`${channel}\` waits for a person, and there is no terminal to ask at: run it at a terminal to answer`,
});

/** Asks, and tells the scheduler what came of it: without an answer the run ends as waiting. */
export async function waitResult(asker: Asker, task: WaitTask, signal: AbortSignal, nowUs: () => number): Promise<TaskResult> {
  const startUs = nowUs();
  const reply: Reply = signal.aborted ? { kind: "cancelled" } : await asker(task, signal);
  const times = { startUs, endUs: nowUs(), thread: 0, attempts: [] };
  if (reply.kind === "answer") return { kind: "ok", answer: { kind: "wait", value: reply.value }, ...times };
  if (reply.kind === "nobody") return { kind: "failed", code: "waiting", message: reply.message, details: null, ...times };
  return { kind: "failed", code: "cancelled", message: "the question was withdrawn", details: null, ...times };
}
