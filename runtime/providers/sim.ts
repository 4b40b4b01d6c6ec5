import { canonical } from "../../compiler/ir/json.ts";
import type { Delta, ModelTask } from "../3-task/task.ts";
import { sleep } from "./attempts.ts";
import type { Provider, ProviderContext, ProviderResult } from "./provider.ts";
import { countedUsage, systemOf, textOf } from "./read-task.ts";
import { act, type Said } from "./sim-act.ts";
import { faultOf, neverFinishes, troubled } from "./sim-faults.ts";
import { policyOf } from "./sim-policy.ts";
import { labelOf, turnOf } from "./sim-seed.ts";
import { slipOf } from "./sim-sloppy.ts";
import { madeUp, sentence } from "./sim-value.ts";

/**
 * A deterministic stand-in for a model, so that any plan runs end to end without a network: it obeys the tool protocol,
 * the routing keys and the schemas, and what it chooses depends on its options and the task's path alone. The options, which
 * are the model's name, may have it decide otherwise, answer slowly, fail, or be sloppy.
 */
export const sim: Provider = {
  name: "sim",
  complete: async (task, context) => {
    const fault = faultOf(task);
    const answer = said(task, fault === "loops" || fault === "never-finishes" ? neverFinishes(task, fault) : null);
    await deliver(answer, policyOf(task).delayMs(task), context);
    if (context.signal.aborted) return cancelled;
    return fault === null ? { kind: "ok", answer, attempts: [] } : troubled(task, { fault, answer }, context);
  },
};

const cancelled: ProviderResult = { kind: "failed", code: "cancelled", message: "the request was cancelled", details: null, attempts: [] };

/** The whole answer. `instead`: what is said whatever the policy has it say. */
function said(task: ModelTask, instead: Said | null) {
  const meant = instead ?? (isAct(task) ? act(task) : { text: ask(task), calls: [] });
  const slip = instead ? null : slipOf(task, meant);
  const { text, calls } = slip?.said ?? meant;
  const finish = slip?.finish ?? (calls.length > 0 ? "tool_calls" : "stop");
  const usage = slip?.isUncounted ? null : countedUsage(task, { text, calls });
  return { kind: "model", text, calls, finish, model: task.model.name, usage } as const;
}

/** Takes its time, and tells who watches what is there already, word by word. */
async function deliver({ text, calls }: Said, delayMs: number, { signal, onDelta }: ProviderContext): Promise<void> {
  if (!onDelta) return delayMs > 0 ? sleep(delayMs, signal) : undefined;
  onDelta({ kind: "begin" });
  const words: readonly Delta[] = [
    ...pieces(text).map((piece) => ({ kind: "text", text: piece }) as const),
    ...calls.flatMap(({ name, args }) => [
      { kind: "call", name } as const,
      ...pieces(args).map((piece) => ({ kind: "args", text: piece }) as const),
    ]),
  ];
  for (const word of words) {
    if (delayMs > 0) await sleep(delayMs / words.length, signal);
    if (signal.aborted) return;
    onDelta(word);
  }
}

function pieces(text: string): readonly string[] {
  return text.match(/\s*\S+\s*$|\s*\S+/g) ?? (text === "" ? [] : [text]);
}

function isAct({ tools }: ModelTask): boolean {
  return tools.some(({ name }) => name === "finish");
}

function ask(task: ModelTask): string {
  const last = task.messages.findLast(({ role }) => role === "user");
  const input = last ? textOf(last) : "";
  const wasted = policyOf(task).wastes && task.purpose === "answer" ? turnOf(task) : 0;
  if (wasted === 1) return "";
  if (task.output === null) return `${verdict(task)}${sentence(labelOf(task.path), input)}`;
  return wasted === 2 ? sentence(labelOf(task.path), input) : canonical(madeUp(task.output, { task, input }));
}

/** A judge that is told to say DONE says it when the policy has it. */
function verdict(task: ModelTask): string {
  if (!/\bDONE\b/.test(systemOf(task))) return "";
  const round = Number(/\[(\d+)\][^[\]]*$/.exec(task.path)?.[1] ?? 1);
  return policyOf(task).isDone(task, round) ? "DONE: " : "";
}
