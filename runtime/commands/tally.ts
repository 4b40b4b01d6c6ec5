import { isObject, parseJson } from "../../compiler/ir/json.ts";
import { enclosing } from "../../compiler/ir/path.ts";
import { wasCut } from "../3-task/task.ts";

/** What was spent. Tokens in disjoint buckets; `cost_usd` null where no price is told. */
export interface Spent {
  readonly model_calls: number;
  readonly tool_calls: number;
  readonly input_tokens: number;
  readonly cached_tokens: number;
  readonly output_tokens: number;
  readonly reasoning_tokens: number;
  readonly cost_usd: number | null;
}

/** Of an event, or of a row of the log, what is counted. */
export interface Told {
  readonly kind: string | null;
  readonly path: string | null;
  readonly name?: string | null;
  readonly span_kind?: string | null;
  readonly status?: string | null;
  readonly source?: string | null;
  readonly input_tokens?: number | null;
  readonly cached_tokens?: number | null;
  readonly output_tokens?: number | null;
  readonly reasoning_tokens?: number | null;
  readonly cost_usd?: number | null;
  readonly detail?: string | null;
}

/** An agent, by its path and the name of its span. */
export interface FailedAgent {
  readonly path: string;
  readonly name: string;
}

/** Counts what a process spends, and which agents fail. */
export interface Tally {
  readonly note: (event: Told) => void;
  readonly spent: () => Spent;
  /** Agents that failed and were not tried again, the outermost of each, in the order in which they failed. */
  readonly failed: () => readonly FailedAgent[];
  /** Paths of answers that were cut at their model's `max_tokens`. */
  readonly cut: () => readonly string[];
}

export const nothingSpent: Spent = {
  model_calls: 0,
  tool_calls: 0,
  input_tokens: 0,
  cached_tokens: 0,
  output_tokens: 0,
  reasoning_tokens: 0,
  cost_usd: null,
};

/** Starts at nothing. What comes from a record costs nothing. */
export function tally(): Tally {
  let spent = nothingSpent;
  const names = new Map<string, string>();
  const failed = new Set<string>();
  const retried = new Set<string>();
  const cut: string[] = [];
  return {
    note: (event) => {
      spent = added(spent, event);
      const path = event.path ?? "";
      if (event.kind === "span_started") names.set(path, event.name ?? "");
      if (event.kind === "span_started" && /@(?!1$)\d+$/.test(path)) retried.add(triedBefore(path));
      if (event.kind === "llm_call" && isCut(event.detail ?? "")) cut.push(path);
      if (event.kind === "span_ended" && event.status === "failed") failed.add(path);
      else if (event.kind === "span_ended") names.delete(path);
    },
    spent: () => spent,
    failed: () =>
      [...failed]
        .filter((path) => !retried.has(path) && !enclosing(path).some((other) => failed.has(other) || retried.has(other)))
        .map((path) => ({ path, name: names.get(path) ?? "" })),
    cut: () => cut,
  };
}

/** Most answers are not: what they tell is not parsed. */
function isCut(detail: string): boolean {
  if (!detail.includes('"length"')) return false;
  const told = parseJson(detail);
  return isObject(told) && typeof told["finish"] === "string" && wasCut({ finish: told["finish"] });
}

/** Both together. */
export function sumOf(a: Spent, b: Spent): Spent {
  return {
    model_calls: a.model_calls + b.model_calls,
    tool_calls: a.tool_calls + b.tool_calls,
    input_tokens: a.input_tokens + b.input_tokens,
    cached_tokens: a.cached_tokens + b.cached_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    reasoning_tokens: a.reasoning_tokens + b.reasoning_tokens,
    cost_usd: a.cost_usd === null && b.cost_usd === null ? null : (a.cost_usd ?? 0) + (b.cost_usd ?? 0),
  };
}

function added(spent: Spent, event: Told): Spent {
  if (event.source != null || event.span_kind === "synthetic") return spent;
  if (event.kind === "tool_call") return { ...spent, tool_calls: spent.tool_calls + 1 };
  if (event.kind !== "llm_call") return spent;
  return sumOf(spent, {
    model_calls: 1,
    tool_calls: 0,
    input_tokens: event.input_tokens ?? 0,
    cached_tokens: event.cached_tokens ?? 0,
    output_tokens: event.output_tokens ?? 0,
    reasoning_tokens: event.reasoning_tokens ?? 0,
    cost_usd: event.cost_usd ?? null,
  });
}

/** The attempt before this one. */
function triedBefore(path: string): string {
  return path.replace(/@(\d+)$/, (_, attempt: string) => `@${Number(attempt) - 1}`);
}
