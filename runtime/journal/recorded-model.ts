import type { Path } from "../../compiler/ir/path.ts";
import type { RunModel } from "../3-task/task.ts";
import type { Journal } from "./journal.ts";
import { detailOf, objectOf } from "./result.ts";

/** The model of a request as its record tells it: enough to tell whether a request is the same, not to make one. Null where there is no record. */
export function recordedModel({ tasks }: Journal, request: Path): RunModel | null {
  const row = tasks.get(request)?.row;
  if (row?.kind !== "llm_call" || row.provider === null || row.model === null) return null;
  const { max_tokens: maxTokens, seed } = objectOf(detailOf(row)["request"]);
  const number = (value: unknown) => (typeof value === "number" ? value : null);
  const { provider, model: name, temperature } = row;
  return { provider, name, temperature, maxTokens: number(maxTokens), seed: number(seed), baseUrl: null, keyEnv: null };
}
