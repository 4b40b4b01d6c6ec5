import type { ModelCause } from "../../compiler/ir/failure.ts";
import type { ServerError } from "./server-error.ts";

/** Why what came is no answer. `message` follows the server's name. */
export interface Broken extends ServerError {
  readonly kind: "broken";
  readonly cause: ModelCause;
}

/** What came is no answer, for a reason that the server does not tell. */
export function broken(cause: ModelCause, message: string): Broken {
  return { kind: "broken", cause, status: cause === "timeout" ? null : 200, code: null, type: null, message };
}

/** The server told of an error in place of an answer, or in the middle of one. */
export function brokenBy(error: ServerError): Broken {
  return {
    kind: "broken",
    cause: causeOf(error),
    ...error,
    status: error.status ?? 200,
    message: `broke off: ${error.message || "no message"}`,
  };
}

const passing: ReadonlySet<ModelCause> = new Set(["rate-limit", "overload", "timeout", "connection"]);

/** Whether what is in the way may be gone at the next try. */
export function passes(cause: ModelCause): boolean {
  return passing.has(cause);
}

/** What tells more than a status does: codes and words that servers give with it. The first that fits holds. */
const signs: readonly (readonly [ModelCause, RegExp])[] = [
  [
    "context-too-long",
    /context[_ ](length|window|size)|prompt is too long|maximum (context|prompt) length|input token count|request[_ ](entity )?too[_ ]large/i,
  ],
  ["content-filter", /content[_ ](filter|policy|management)|safety system|moderation|flagged|prohibited_content/i],
  ["quota", /insufficient_(quota|balance|funds)|credit balance|insufficient credits|requires more credits/i],
  ["auth", /invalid[_ ]api[_ ]key|api[_ ]key[_ ](is )?(not valid|invalid)|authentication_error|permission_(error|denied)/i],
  ["rate-limit", /rate[_ ]limit|too many requests|resource_exhausted/i],
  ["timeout", /deadline_exceeded|timed out/i],
  ["overload", /overloaded|unavailable|server_error|internal|provider returned error/i],
];

/**
 * What an error of a server comes from. That it passes is said by its status, or by its words where it has none: of a request that was
 * taken on and then broken off for no reason another try may be served.
 */
export function causeOf({ status, code, type, message }: ServerError): ModelCause {
  const usual = status === null ? null : usualOf(status);
  if (usual === "overload" || usual === "timeout") return usual;
  const told = [code, type, message].join(" ");
  const sign = signs.find(([cause, words]) => (usual === null || !passes(cause)) && words.test(told));
  return sign?.[0] ?? usual ?? "overload";
}

function usualOf(status: number): ModelCause {
  switch (status) {
    case 401:
    case 403:
      return "auth";
    case 402:
      return "quota";
    case 408:
    case 504:
      return "timeout";
    case 409: // a lock that was not free in time
      return "overload";
    case 413:
      return "context-too-long";
    case 429:
      return "rate-limit";
    default:
      return status >= 500 ? "overload" : "bad-request";
  }
}
