import type { Json } from "../compiler/ir/json.ts";
import type { WaitTask } from "./3-task/task.ts";

/** What came of a question. `nobody`: it stays open, for whoever answers later. */
export type Reply = { readonly kind: "answer"; readonly value: Json } | { readonly kind: "nobody" } | { readonly kind: "cancelled" };

/** Asks a person. It gets one question at a time, withdraws it when the signal aborts, and never rejects. */
export type Asker = (question: WaitTask, signal: AbortSignal) => Promise<Reply>;

/** For where there is nobody to ask. */
export const nobody: Asker = async () => ({ kind: "nobody" });
