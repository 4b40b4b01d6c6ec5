import type { ModelCause } from "../../compiler/ir/failure.ts";
import { isObject } from "../../compiler/ir/json.ts";
import { maxPauseMs, retryAfterMs, type Try } from "./attempts.ts";
import { type Broken, causeOf, passes } from "./causes.ts";
import { silentCode } from "./fetch.ts";
import type { ServerError } from "./server-error.ts";

/** What is known of a failed request: enough to say it in a sentence. */
export interface RequestFacts {
  readonly baseUrl: string;
  /** Takes out what nobody is to see. */
  readonly redact: (text: string) => string;
  readonly nowMs: number;
}

/** How a try ended that gave no answer. */
type Failed = Exclude<Try<never>, { readonly kind: "done" | "again" }>;

/** The longest message of a server that is passed on. */
const maxServerMessage = 300;

/** A base URL without the parts that may be secret. */
export function shownUrl(baseUrl: string): string {
  if (!URL.canParse(baseUrl)) return baseUrl.replace(/[?#].*$/s, "").replace(/\/\/.*@/s, "//");
  const { protocol, host, pathname } = new URL(baseUrl);
  return `${protocol}//${host}${pathname}`.replace(/\/$/, "");
}

/** Why a request failed that the client gave up, and whether another try makes sense. */
export function troubleOf(error: unknown, facts: RequestFacts): Failed {
  const status = fieldOf(error, "status");
  return typeof status === "number" ? answered(error, status, facts) : unanswered(error, facts);
}

/** What came is no answer. */
export function noAnswer({ cause, message, ...told }: Broken, facts: RequestFacts): Failed {
  return failed(cause, `the model server at ${shownUrl(facts.baseUrl)} ${oneLine(message, facts)}`, told);
}

function answered(error: unknown, status: number, facts: RequestFacts): Failed {
  const body = fieldOf(error, "error");
  const [code, type] = [textOr(fieldOf(body, "code"), null), textOr(fieldOf(body, "type"), null)];
  const said = textOr(fieldOf(body, "message"), "");
  const headers = fieldOf(error, "headers");
  const asked = headers instanceof Headers ? headers.get("x-should-retry") : null;
  const afterMs = headers instanceof Headers ? retryAfterMs(headers, facts.nowMs) : null;
  const far = afterMs !== null && afterMs > maxPauseMs ? `; it wants no other for ${Math.ceil(afterMs / 1_000)} s` : "";
  const message = `the model server at ${shownUrl(facts.baseUrl)} answered ${status}: ${oneLine(said, facts) || "no message"}${far}`;
  const cause = causeOf({ status, code, type, message: said });
  const result = failed(cause, message, { status, code, type }, afterMs);
  if (asked === "true") return { ...result, kind: "later", afterMs };
  return asked === "false" ? { ...result, kind: "failed" } : result;
}

function unanswered(error: unknown, facts: RequestFacts): Failed {
  const causes = chain(error);
  const code = textOr(
    causes.map((cause) => fieldOf(cause, "code")).find((found) => typeof found === "string"),
    null,
  );
  const said = oneLine(textOr(fieldOf(causes.at(-1), "message"), String(error)), facts);
  const server = `the model server at ${shownUrl(facts.baseUrl)}`;
  const message = code === silentCode ? `${server} ${said}` : `cannot reach ${server}: ${reasonOf(code) ?? said}`;
  const result = failed(code === silentCode ? "timeout" : "connection", message, {
    status: null,
    code,
    type: null,
  });
  return code !== null && distrusted.test(code) ? { ...result, kind: "failed" } : result;
}

function failed(
  cause: ModelCause,
  message: string,
  { status, code, type }: Omit<ServerError, "message">,
  afterMs: number | null = null,
): Failed {
  const trouble = { status, code, type, cause, message };
  return passes(cause) ? { kind: "later", afterMs, ...trouble } : { kind: "failed", ...trouble };
}

/** Codes of certificates that are not believed, at whatever try. */
const distrusted = /CERT|UNABLE_TO_/;

function chain(error: unknown): readonly unknown[] {
  const causes: unknown[] = [];
  for (let at = error; at !== undefined && at !== null && causes.length < 5; at = fieldOf(at, "cause")) causes.push(at);
  return causes;
}

function reasonOf(code: string | null): string | null {
  switch (code) {
    case "ECONNREFUSED":
      return "the connection was refused (ECONNREFUSED)";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `its name is not known (${code})`;
    case "ETIMEDOUT":
      return "no connection in time (ETIMEDOUT)";
    case "ECONNRESET":
    case "EPIPE":
      return `the connection was cut (${code})`;
    case "Z_DATA_ERROR":
    case "Z_BUF_ERROR":
      return `its answer cannot be unpacked (${code})`;
    default:
      return null;
  }
}

/** One line of text without secrets, cut between characters. */
function oneLine(text: string, { redact }: RequestFacts): string {
  const line = redact(text).replace(/\s+/g, " ").trim();
  return line.length > maxServerMessage ? `${line.slice(0, maxServerMessage).toWellFormed()}...` : line;
}

function fieldOf(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function textOr<T>(value: unknown, other: T): string | T {
  return typeof value === "string" ? value : other;
}
