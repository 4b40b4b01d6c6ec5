import { type Failure, type ModelCause, modelCause, rootsOf } from "../../compiler/ir/failure.ts";

/** What may help against a cause, besides resuming the run; null where nothing does that tama knows of. */
const advice: Readonly<Record<ModelCause, string | null>> = {
  "rate-limit": "--concurrency N has fewer requests under way at once",
  overload: null,
  timeout: "--model-timeout SECONDS waits longer",
  connection: "is the server up, and its address right? A proxy is taken from HTTPS_PROXY, certificates from NODE_EXTRA_CA_CERTS",
  quota: "the account behind the key has used up what it may",
  auth: "is the key the right one, and may it use this model?",
  "context-too-long": "where a model's `context_tokens` are told in the config, conversations are shortened in time",
  "content-filter": null,
  "bad-request": null,
  "bad-answer": "does the base URL lead to a server that speaks OpenAI's protocol?",
};

/** Advice on what models failed of; null where there is none. */
export function adviceOn(failure: Failure): string | null {
  const causes = rootsOf(failure).flatMap((root) => modelCause(root) ?? []);
  return causes.map((cause) => advice[cause]).find((words) => words !== null) ?? null;
}
