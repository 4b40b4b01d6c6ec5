import type { PlanModel, Price } from "../../compiler/ir/plan.ts";
import type { Message, ModelTask, RunModel, Usage } from "../3-task/task.ts";
import type { Amount } from "./limits.ts";
import { bytesOf } from "./window.ts";

/** How many tokens the beginning of a conversation takes, as a server has counted them, with the tools of that request. */
export interface Counted {
  readonly messages: readonly Message[];
  readonly toolBytes: number;
  readonly tokens: number;
}

/** What a request has taken. */
export function spentOn(usage: Usage | null, price: Price | null): Amount {
  const { input, cached, output, reasoning } = usage ?? { input: 0, cached: 0, output: 0, reasoning: 0 };
  const microUsd = price ? input * price.input + cached * price.cached + (output + reasoning) * price.output : 0;
  return { calls: 1, tokens: input + cached + output + reasoning, microUsd };
}

/**
 * The most that a request can take. No token is shorter than a byte, so what nobody has counted yet is bounded by its bytes; the answer
 * is bounded by the model's `max_tokens` where it has one, and counts for nothing where not; both by the model's context.
 */
export function mostOf(task: ModelTask, model: PlanModel | null, counted: Counted | null): Amount {
  const context = model?.contextTokens ?? Number.POSITIVE_INFINITY;
  const price = model?.price ?? null;
  const input = Math.min(inputOf(task, counted), context);
  const output = Math.min(task.model.maxTokens ?? 0, context);
  const microUsd = price ? input * Math.max(price.input, price.cached) + output * price.output : 0;
  return { calls: 1, tokens: Math.min(input + output, context), microUsd };
}

/** What a server has counted of a request. */
export function countedIn({ messages, tools }: ModelTask, usage: Usage): Counted {
  return { messages, toolBytes: bytesOf([], tools), tokens: usage.input + usage.cached };
}

/** What the plan tells of the model that is used; null where that is another one. */
export function planned(model: PlanModel | undefined, used: RunModel): PlanModel | null {
  return model?.provider === used.provider && model.name === used.name ? model : null;
}

/** What marks the roles of messages, and what a server adds by itself. */
const perMessage = 16;
const perRequest = 64;

function inputOf({ messages, tools, output }: ModelTask, counted: Counted | null): number {
  const schema = output === null ? 0 : Buffer.byteLength(JSON.stringify(output));
  const toolBytes = bytesOf([], tools);
  const known = counted && isBeginning(counted.messages, messages) ? counted : { messages: [], toolBytes: 0, tokens: perRequest };
  const said = messages.slice(known.messages.length);
  return known.tokens + bytesOf(said, []) + perMessage * said.length + Math.max(0, toolBytes - known.toolBytes) + schema;
}

/** Messages are added at the end, or else made anew: it is enough to compare the first and the last. */
function isBeginning(counted: readonly Message[], messages: readonly Message[]): boolean {
  const last = counted.length - 1;
  return last >= 0 && last < messages.length && counted[0] === messages[0] && counted[last] === messages[last];
}
