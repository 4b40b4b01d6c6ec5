import type { TaskResult, Usage } from "./task.ts";

/** What a model request took; null where nobody counted. */
export function usageIn(result: TaskResult): Usage | null {
  if (result.kind === "failed") return result.usage ?? null;
  return result.answer.kind === "model" ? result.answer.usage : null;
}

/** Both together; null where neither was counted. */
export function sumOfUsage(a: Usage | null, b: Usage | null): Usage | null {
  if (!a || !b) return a ?? b;
  return {
    input: a.input + b.input,
    cached: a.cached + b.cached,
    output: a.output + b.output,
    reasoning: a.reasoning + b.reasoning,
  };
}

/** The columns of the log that tell it. */
export function usageColumns(usage: Usage | null) {
  return {
    input_tokens: usage?.input ?? null,
    cached_tokens: usage?.cached ?? null,
    output_tokens: usage?.output ?? null,
    reasoning_tokens: usage?.reasoning ?? null,
  };
}
